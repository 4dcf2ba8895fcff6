import type { RoutingStats } from './contract/routing-stats.js';

/** The statistics of one MoE layer's routing in one step. */
export interface RoutingEvent {
  /** Which MoE layer of the model, counted from 0. */
  readonly layer: number;
  /** Optimiser steps taken before this one. */
  readonly step: number;
  readonly stats: RoutingStats;
}

/** Receives routing telemetry: a logger, a live view, a test. Numbers only, never tensors. */
export interface TelemetrySink {
  record(event: RoutingEvent): void;
}

/** Drops everything: the default. */
export const silentTelemetry: TelemetrySink = { record: () => undefined };

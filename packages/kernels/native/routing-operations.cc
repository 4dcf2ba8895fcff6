// MoekitRoutingStats, MoekitZLoss and MoekitBalanceLoss: shapes checked, then computed.
#include "operation.h"
#include "operations.h"
#include "router-losses.h"
#include "routing-stats.h"

namespace moekit {
namespace {

struct StatsAttributes {
  float capacity;  // below 0: none
};

struct BalanceAttributes {
  float scale;
};

/// An input that is empty where it is not given.
const float* optional(const Input& x, int64_t size) {
  check(x.size() == 0 || x.size() == size,
        "an input does not have the routing's tokens and experts");
  return x.optional<float>();
}

void stats(Call& call, const StatsAttributes& attributes) {
  const Input mask = call.input(0), probs = call.input(1), weights = call.input(2);
  const Input selected = call.input(3), present = call.input(4), slots = call.input(5);
  const Input mass = call.input(6), copied = call.input(7);
  check(mask.rank() == 2, "mask must be [T,E]");
  const int64_t tokens = mask.dim(0), experts = mask.dim(1), pairs = mask.size();
  check(probs.size() == pairs, "probs must be [T,E]");
  check(copied.size() == 0 || weights.size() == pairs,
        "what is copied has its share beside the weights");
  const RoutedTokens routed{mask.values<float>(),
                            probs.values<float>(),
                            optional(weights, pairs),
                            optional(selected, pairs),
                            optional(present, tokens),
                            optional(slots, tokens),
                            optional(mass, tokens),
                            optional(copied, tokens),
                            tokens,
                            experts};
  routing_stats(routed, attributes.capacity, call.output({2 * experts + kRoutingScalars}));
}

RouterRows rows_of(const Input& values, const Input& present) {
  check(values.rank() == 2 && values.dim(1) > 0, "a router's values must be [T,E]");
  const int64_t tokens = values.dim(0);
  return {values.values<float>(), optional(present, tokens), tokens, values.dim(1)};
}

void z(Call& call, const NoAttributes&) {
  const Input logits = call.input(0), present = call.input(1);
  const RouterRows rows = rows_of(logits, present);
  float *loss = call.output({}, 0), *slope = call.output({rows.tokens, rows.experts}, 1);
  *loss = z_loss(rows, slope);
}

void balance(Call& call, const BalanceAttributes& attributes) {
  const Input probs = call.input(0), fractions = call.input(1), present = call.input(2);
  const RouterRows rows = rows_of(probs, present);
  check(fractions.size() == rows.experts, "fractions must be [E]");
  float *loss = call.output({}, 0), *slope = call.output({rows.tokens, rows.experts}, 1);
  *loss = balance_loss(rows, fractions.values<float>(), attributes.scale, slope);
}

}  // namespace

void define_routing() {
  define<StatsAttributes, stats>(
      {"MoekitRoutingStats",
       {"mask: float", "probs: float", "weights: float", "selected: float", "present: float",
        "null_slots: float", "null_mass: float", "copied: float"},
       {"out: float"}},
      {{"capacity", &StatsAttributes::capacity}});
  define<NoAttributes, z>(
      {"MoekitZLoss", {"logits: float", "present: float"}, {"loss: float", "slope: float"}});
  define<BalanceAttributes, balance>({"MoekitBalanceLoss",
                                      {"probs: float", "fractions: float", "present: float"},
                                      {"loss: float", "slope: float"}},
                                     {{"scale", &BalanceAttributes::scale}});
}

}  // namespace moekit

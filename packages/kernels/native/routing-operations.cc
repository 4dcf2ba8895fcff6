// MoekitRoutingStats: shapes checked, then counted.
#include "operation.h"
#include "operations.h"
#include "routing-stats.h"

namespace moekit {
namespace {

/// An input that is empty where it is not given.
const float* optional(const Input& x, long size) {
  check(x.size() == 0 || x.size() == size, "an input does not have the routing's tokens and experts");
  return x.optional<float>();
}

void stats(Call& call, const Attributes& attributes) {
  const Input mask = call.input(0), probs = call.input(1), weights = call.input(2);
  const Input selected = call.input(3), present = call.input(4), slots = call.input(5);
  const Input mass = call.input(6), copied = call.input(7);
  check(mask.rank() == 2, "mask must be [T,E]");
  const long tokens = mask.dim(0), experts = mask.dim(1), pairs = mask.size();
  check(probs.size() == pairs, "probs must be [T,E]");
  check(copied.size() == 0 || weights.size() == pairs, "what is copied has its share beside the weights");
  const RoutedTokens routed{mask.values<float>(),      probs.values<float>(),
                            optional(weights, pairs),  optional(selected, pairs),
                            optional(present, tokens), optional(slots, tokens),
                            optional(mass, tokens),    optional(copied, tokens),
                            tokens,                    experts};
  routing_stats(routed, attributes.capacity, call.output({2 * experts + kRoutingScalars}));
}

}  // namespace

void define_routing() {
  define<stats>({"MoekitRoutingStats",
                 {"mask: float", "probs: float", "weights: float", "selected: float",
                  "present: float", "null_slots: float", "null_mass: float", "copied: float"},
                 {"out: float"},
                 {"capacity: float = -1"}});
}

}  // namespace moekit

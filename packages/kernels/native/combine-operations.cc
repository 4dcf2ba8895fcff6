// MoekitCombine, its two gradients, and MoekitExpertSum: shapes checked, then computed.
#include "combine.h"
#include "operation.h"
#include "operations.h"

namespace moekit {
namespace {

struct PairDotsAttributes {
  int32_t num_experts;
};

/// The three index inputs that begin at `first`: token offsets [T+1], token rows [S], experts [S] or none.
struct PlanInputs {
  const Input offsets, rows, experts;

  PlanInputs(Call& call, int first)
      : offsets(call.input(first)), rows(call.input(first + 1)), experts(call.input(first + 2)) {
    check(offsets.size() >= 1, "token offsets must be [T+1]");
    check(offsets.values<int64_t>()[tokens()] == rows.size(), "token rows must be [S]");
    for (int64_t s = 0; s < rows.size(); s++) {
      const int64_t row = rows.values<int64_t>()[s];
      check(row >= 0 && row < rows.size(), "a row that does not exist");
    }
  }

  int64_t tokens() const { return offsets.size() - 1; }

  /// @param num_experts of weights [T,E], whose columns the experts name
  TokenRows plan(int64_t num_experts) const {
    const int64_t* named = experts.values<int64_t>();
    if (num_experts > 0) check(experts.size() == rows.size(), "experts must be [S]");
    for (int64_t s = 0; num_experts > 0 && s < rows.size(); s++)
      check(named[s] >= 0 && named[s] < num_experts, "an expert that does not exist");
    return {offsets.values<int64_t>(), rows.values<int64_t>(), named, tokens(), num_experts};
  }
};

/// [T,E], or empty where nothing is weighted. @returns E, 0 for none
int64_t check_weights(const Input& weights, int64_t tokens) {
  if (weights.size() == 0) return 0;
  check(weights.rank() == 2 && weights.dim(0) == tokens, "weights must be [T,E]");
  return weights.dim(1);
}

void combine_rows(Call& call, const NoAttributes&) {
  const Input y = call.input(0), weights = call.input(1);
  const PlanInputs inputs(call, 2);
  check(y.rank() == 2 && y.dim(0) == inputs.rows.size(), "y must be [S,D]");
  const TokenRows plan = inputs.plan(check_weights(weights, inputs.tokens()));
  float* out = call.output({inputs.tokens(), y.dim(1)});
  combine(plan, y.values<float>(), weights.optional<float>(), y.dim(1), out);
}

void spread_tokens(Call& call, const NoAttributes&) {
  const Input d = call.input(0), weights = call.input(1);
  const PlanInputs inputs(call, 2);
  check(d.rank() == 2 && d.dim(0) == inputs.tokens(), "d must be [T,D]");
  const TokenRows plan = inputs.plan(check_weights(weights, inputs.tokens()));
  float* out = call.output({inputs.rows.size(), d.dim(1)});
  if (inputs.rows.size() == 0) return;
  spread(plan, d.values<float>(), weights.values<float>(), d.dim(1), out);
}

void dots_of_pairs(Call& call, const PairDotsAttributes& attributes) {
  const Input y = call.input(0), d = call.input(1);
  const PlanInputs inputs(call, 2);
  check(y.rank() == 2 && y.dim(0) == inputs.rows.size(), "y must be [S,D]");
  check(d.rank() == 2 && d.dim(0) == inputs.tokens() && d.dim(1) == y.dim(1), "d must be [T,D]");
  const TokenRows plan = inputs.plan(attributes.num_experts);
  float* out = call.output({inputs.tokens(), attributes.num_experts});
  pair_dots(plan, y.values<float>(), d.values<float>(), y.dim(1), out);
}

void sum_of_expert(Call& call, const NoAttributes&) {
  const Input y = call.input(0), offsets = call.input(1);
  const int64_t experts = offsets.size() - 1;
  check(y.rank() == 2 && experts >= 0, "y must be [S,D] and offsets [E+1]");
  const int64_t* values = offsets.values<int64_t>();
  for (int64_t e = 0; e < experts; e++) check(values[e] <= values[e + 1], "offsets must not fall");
  check(values[0] == 0 && values[experts] == y.dim(0), "offsets must cover the rows of y");
  float* out = call.output({experts, y.dim(1)});
  expert_sum(values, experts, y.values<float>(), y.dim(1), out);
}

}  // namespace

void define_combine() {
  define<NoAttributes, combine_rows>(
      {"MoekitCombine",
       {"y: float", "weights: float", "offsets: int64", "rows: int64", "experts: int64"},
       {"out: float"}});
  define<NoAttributes, spread_tokens>(
      {"MoekitSpread",
       {"d: float", "weights: float", "offsets: int64", "rows: int64", "experts: int64"},
       {"out: float"}});
  define<PairDotsAttributes, dots_of_pairs>(
      {"MoekitPairDots",
       {"y: float", "d: float", "offsets: int64", "rows: int64", "experts: int64"},
       {"out: float"}},
      {{"num_experts", &PairDotsAttributes::num_experts}});
  define<NoAttributes, sum_of_expert>(
      {"MoekitExpertSum", {"y: float", "offsets: int64"}, {"out: float"}});
}

}  // namespace moekit

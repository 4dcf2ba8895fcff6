// MoekitAdamW, MoekitNorm, MoekitCrossEntropy, MoekitAdd, MoekitRmsNorm and its gradient: shapes checked, then
// computed.
#include <memory>

#include "cross-entropy.h"
#include "operation.h"
#include "operations.h"
#include "rms-norm.h"
#include "training.h"

namespace moekit {
namespace {

struct ListAttributes {
  int32_t count;
};

struct RmsNormAttributes {
  float epsilon;
};

std::vector<int64_t> shape_of(const Input& x) {
  std::vector<int64_t> dims;
  for (int i = 0; i < x.rank(); i++) dims.push_back(x.dim(i));
  return dims;
}

/// Inputs first ... first + count - 1 of a call.
std::vector<std::unique_ptr<Input>> inputs_of(Call& call, int first, int count) {
  std::vector<std::unique_ptr<Input>> inputs;
  for (int i = 0; i < count; i++) inputs.emplace_back(new Input(call.input(first + i)));
  return inputs;
}

/// `count` weights, then their first moments, second moments, gradients, and numbers [count,7].
void step(Call& call, const ListAttributes& attributes) {
  const int count = attributes.count;
  const auto weights = inputs_of(call, 0, count), firsts = inputs_of(call, count, count);
  const auto seconds = inputs_of(call, 2 * count, count);
  const auto gradients = inputs_of(call, 3 * count, count);
  const Input numbers = call.input(4 * count);
  check(numbers.size() == int64_t{7} * count, "step must be seven numbers for each weight");
  std::vector<AdamWStep> steps;
  for (int i = 0; i < count; i++) {
    const int64_t size = weights[i]->size();
    check(firsts[i]->size() == size && seconds[i]->size() == size && gradients[i]->size() == size,
          "weight, moments and gradient must be of one shape");
    const std::vector<int64_t> shape = shape_of(*weights[i]);
    const float* n = numbers.values<float>() + 7 * i;
    steps.push_back(
        {{weights[i]->values<float>(), firsts[i]->values<float>(), seconds[i]->values<float>()},
         gradients[i]->values<float>(),
         {n[0], n[1], n[2], n[3], n[4], n[5], n[6]},
         size,
         {call.output(shape, i), call.output(shape, count + i),
          call.output(shape, 2 * count + i)}});
  }
  adamw(steps);
}

void length_of_all(Call& call, const ListAttributes& attributes) {
  const auto inputs = inputs_of(call, 0, attributes.count);
  std::vector<Values> all;
  for (const auto& input : inputs) all.push_back({input->values<float>(), input->size()});
  *call.output({}) = norm(all);
}

void loss_of_rows(Call& call, const NoAttributes&) {
  const Input logits = call.input(0), targets = call.input(1);
  check(logits.rank() == 2 && logits.size() > 0, "logits must be [T,V]");
  const int64_t rows = logits.dim(0), width = logits.dim(1);
  check(targets.size() == rows, "targets must be [T]");
  const int32_t* ids = targets.values<int32_t>();
  for (int64_t t = 0; t < rows; t++)
    check(ids[t] >= 0 && ids[t] < width, "a target that does not exist");
  float *loss = call.output({}, 0), *slope = call.output({rows, width}, 1);
  *loss = cross_entropy(logits.values<float>(), ids, rows, width, slope);
}

void sum_of_two(Call& call, const NoAttributes&) {
  const Input a = call.input(0), b = call.input(1);
  const std::vector<int64_t> shape = shape_of(a);
  check(shape_of(b) == shape, "a and b must be of one shape");
  add(a.values<float>(), b.values<float>(), a.size(), call.output(shape));
}

Rows rows_of(const Input& x, const Input& gain) {
  check(x.rank() == 2 && gain.size() == x.dim(1), "x must be [T,D] and gain [D]");
  return {x.dim(0), x.dim(1)};
}

void normalise(Call& call, const RmsNormAttributes& attributes) {
  const Input x = call.input(0), gain = call.input(1);
  const Rows rows = rows_of(x, gain);
  float* y = call.output(shape_of(x));
  rms_norm(x.values<float>(), gain.values<float>(), rows, attributes.epsilon, y);
}

void normalise_gradient(Call& call, const RmsNormAttributes& attributes) {
  const Input dy = call.input(0), x = call.input(1), gain = call.input(2);
  const Rows rows = rows_of(x, gain);
  check(dy.size() == x.size(), "dy must have the shape of x");
  float* dx = call.output(shape_of(x), 0);
  float* dgain = call.output(shape_of(gain), 1);
  rms_norm_gradient(dy.values<float>(), x.values<float>(), gain.values<float>(), rows,
                    attributes.epsilon, dx, dgain);
}

}  // namespace

void define_training() {
  define<ListAttributes, step>(
      {"MoekitAdamW",
       {"weights: N * float", "firsts: N * float", "seconds: N * float", "gradients: N * float",
        "step: float"},
       {"next_weights: N * float", "next_firsts: N * float", "next_seconds: N * float"}},
      {{"N", &ListAttributes::count, " >= 1"}});
  define<ListAttributes, length_of_all>({"MoekitNorm", {"values: N * float"}, {"out: float"}},
                                        {{"N", &ListAttributes::count, " >= 1"}});
  define<NoAttributes, loss_of_rows>(
      {"MoekitCrossEntropy", {"logits: float", "targets: int32"}, {"loss: float", "slope: float"}});
  define<NoAttributes, sum_of_two>({"MoekitAdd", {"a: float", "b: float"}, {"out: float"}});
  define<RmsNormAttributes, normalise>({"MoekitRmsNorm", {"x: float", "gain: float"}, {"y: float"}},
                                       {{"epsilon", &RmsNormAttributes::epsilon}});
  define<RmsNormAttributes, normalise_gradient>({"MoekitRmsNormGradient",
                                                 {"dy: float", "x: float", "gain: float"},
                                                 {"dx: float", "dgain: float"}},
                                                {{"epsilon", &RmsNormAttributes::epsilon}});
}

}  // namespace moekit

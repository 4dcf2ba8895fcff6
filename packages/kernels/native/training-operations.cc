// MoekitAdamW, MoekitSquareSum, MoekitCrossEntropy, MoekitAdd, MoekitRmsNorm and its gradient: shapes checked, then
// computed.
#include "cross-entropy.h"
#include "operation.h"
#include "operations.h"
#include "rms-norm.h"
#include "training.h"

namespace moekit {
namespace {

std::vector<int64_t> shape_of(const Input& x) {
  std::vector<int64_t> dims;
  for (int i = 0; i < x.rank(); i++) dims.push_back(x.dim(i));
  return dims;
}

void step(Call& call, const Attributes&) {
  const Input weight = call.input(0), first = call.input(1), second = call.input(2);
  const Input gradient = call.input(3), numbers = call.input(4);
  const long size = weight.size();
  check(first.size() == size && second.size() == size && gradient.size() == size,
        "weight, moments and gradient must be of one shape");
  check(numbers.size() == 7, "step must be seven numbers");
  const float* n = numbers.values<float>();
  const std::vector<int64_t> shape = shape_of(weight);
  const AdamWNext next{call.output(shape, 0), call.output(shape, 1), call.output(shape, 2)};
  adamw({weight.values<float>(), first.values<float>(), second.values<float>()},
        gradient.values<float>(), {n[0], n[1], n[2], n[3], n[4], n[5], n[6]}, size, next);
}

void sum_of_squares(Call& call, const Attributes&) {
  const Input x = call.input(0);
  *call.output({}) = square_sum(x.values<float>(), x.size());
}

void loss_of_rows(Call& call, const Attributes&) {
  const Input logits = call.input(0), targets = call.input(1);
  check(logits.rank() == 2 && logits.size() > 0, "logits must be [T,V]");
  const long rows = logits.dim(0), width = logits.dim(1);
  check(targets.size() == rows, "targets must be [T]");
  const int32_t* ids = targets.values<int32_t>();
  for (long t = 0; t < rows; t++) check(ids[t] >= 0 && ids[t] < width, "a target that does not exist");
  float *loss = call.output({}, 0), *slope = call.output({rows, width}, 1);
  *loss = cross_entropy(logits.values<float>(), ids, rows, width, slope);
}

void sum_of_two(Call& call, const Attributes&) {
  const Input a = call.input(0), b = call.input(1);
  const std::vector<int64_t> shape = shape_of(a);
  check(shape_of(b) == shape, "a and b must be of one shape");
  add(a.values<float>(), b.values<float>(), a.size(), call.output(shape));
}

Rows rows_of(const Input& x, const Input& gain) {
  check(x.rank() == 2 && gain.size() == x.dim(1), "x must be [T,D] and gain [D]");
  return {x.dim(0), x.dim(1)};
}

void norm(Call& call, const Attributes& attributes) {
  const Input x = call.input(0), gain = call.input(1);
  const Rows rows = rows_of(x, gain);
  float* y = call.output(shape_of(x));
  rms_norm(x.values<float>(), gain.values<float>(), rows, attributes.epsilon, y);
}

void norm_gradient(Call& call, const Attributes& attributes) {
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
  define<step>({"MoekitAdamW",
                {"weight: float", "first: float", "second: float", "gradient: float", "step: float"},
                {"next_weight: float", "next_first: float", "next_second: float"},
                {}});
  define<sum_of_squares>({"MoekitSquareSum", {"x: float"}, {"out: float"}, {}});
  define<loss_of_rows>({"MoekitCrossEntropy",
                        {"logits: float", "targets: int32"},
                        {"loss: float", "slope: float"},
                        {}});
  define<sum_of_two>({"MoekitAdd", {"a: float", "b: float"}, {"out: float"}, {}});
  define<norm>({"MoekitRmsNorm", {"x: float", "gain: float"}, {"y: float"}, {"epsilon: float"}});
  define<norm_gradient>({"MoekitRmsNormGradient",
                         {"dy: float", "x: float", "gain: float"},
                         {"dx: float", "dgain: float"},
                         {"epsilon: float"}});
}

}  // namespace moekit

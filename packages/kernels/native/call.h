// One call of an operation: its inputs, its output, and the way it fails.
#pragma once
#include <string>
#include <vector>

#include "tensorflow-c.h"

namespace moekit {

/// Thrown inside an operation; TensorFlow gets it as an invalid argument.
struct Failure {
  std::string message;
};

inline void check(bool condition, const char* message) {
  if (!condition) throw Failure{message};
}

/// An input of a call, freed with the call.
class Input {
 public:
  Input(TF_OpKernelContext* context, int index, TF_Status* status) {
    TF_GetInput(context, index, &tensor_, status);
    if (TF_GetCode(status) != TF_OK) throw Failure{TF_Message(status)};
  }
  Input(const Input&) = delete;
  ~Input() { TF_DeleteTensor(tensor_); }

  int rank() const { return TF_NumDims(tensor_); }
  int64_t dim(int axis) const { return int64_t(TF_Dim(tensor_, axis)); }
  int64_t size() const {
    int64_t total = 1;
    for (int i = 0; i < rank(); i++) total *= dim(i);
    return total;
  }
  template <class T>
  T* values() const {
    return static_cast<T*>(TF_TensorData(tensor_));
  }
  /// Null for an empty tensor, which stands for an input that is not given.
  template <class T>
  const T* optional() const {
    return size() == 0 ? nullptr : values<T>();
  }

 private:
  TF_Tensor* tensor_ = nullptr;
};

class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  Call(const Call&) = delete;
  ~Call() { TF_DeleteStatus(status_); }

  Input input(int index) { return Input(context_, index, status_); }

  /// Memory of the index-th result, float32, not cleared.
  float* output(const std::vector<int64_t>& dims, int index = 0) {
    size_t bytes = sizeof(float);
    for (const int64_t dim : dims) bytes *= size_t(dim);
    TF_Tensor* made =
        TF_AllocateOutput(context_, index, TF_FLOAT, dims.data(), int(dims.size()), bytes, status_);
    if (TF_GetCode(status_) != TF_OK) throw Failure{TF_Message(status_)};
    float* values = static_cast<float*>(TF_TensorData(made));
    TF_DeleteTensor(made);  // the handle; the call keeps the memory
    return values;
  }

  void fail(const std::string& message) {
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, message.c_str());
    TF_OpKernelContext_Failure(context_, status_);
  }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
};

}  // namespace moekit

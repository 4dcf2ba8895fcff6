// Registration of one operation with TensorFlow, for the CPU.
#pragma once
#include <initializer_list>

#include "call.h"

namespace moekit {

/// What TensorFlow stores of an operation's attributes between calls; those it does not have stay as they are.
struct Attributes {
  unsigned char transposed = 0, transpose_a = 0, transpose_b = 0;
  int32_t activation = 0, experts = 0, heads = 0, length = 0, count = 0;
  float epsilon = 0, capacity = 0, scale = 0;
};

struct Definition {
  const char* name;
  std::initializer_list<const char*> inputs, outputs, attributes;
};

using Compute = void (*)(Call&, const Attributes&);

inline void* read_attributes(TF_OpKernelConstruction* construction) {
  auto* attributes = new Attributes;
  TF_Status* status = TF_NewStatus();  // an attribute that the operation does not have is no error
  TF_OpKernelConstruction_GetAttrBool(construction, "transposed", &attributes->transposed, status);
  TF_OpKernelConstruction_GetAttrBool(construction, "transpose_a", &attributes->transpose_a, status);
  TF_OpKernelConstruction_GetAttrBool(construction, "transpose_b", &attributes->transpose_b, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "activation", &attributes->activation, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "num_experts", &attributes->experts, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "heads", &attributes->heads, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "length", &attributes->length, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "N", &attributes->count, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &attributes->epsilon, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "capacity", &attributes->capacity, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "scale", &attributes->scale, status);
  TF_DeleteStatus(status);
  return attributes;
}

inline void delete_attributes(void* attributes) { delete static_cast<Attributes*>(attributes); }

template <Compute COMPUTE>
void run(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  try {
    COMPUTE(call, *static_cast<Attributes*>(attributes));
  } catch (const Failure& failure) {
    call.fail(failure.message);
  } catch (const std::exception& error) {
    call.fail(error.what());
  }
}

inline void require_ok(TF_Status* status) {
  if (TF_GetCode(status) != TF_OK) throw Failure{TF_Message(status)};
}

/// @throws Failure where TensorFlow refuses, as when the name is taken
template <Compute COMPUTE>
void define(const Definition& definition) {
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* spec : definition.inputs) TF_OpDefinitionBuilderAddInput(op, spec);
  for (const char* spec : definition.outputs) TF_OpDefinitionBuilderAddOutput(op, spec);
  for (const char* spec : definition.attributes) TF_OpDefinitionBuilderAddAttr(op, spec);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, TF_ShapeInferenceContextSetUnknownShape);
  TF_Status* status = TF_NewStatus();
  TF_RegisterOpDefinition(op, status);
  require_ok(status);
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(definition.name, "CPU", read_attributes,
                                                 run<COMPUTE>, delete_attributes);
  TF_RegisterKernelBuilder(definition.name, kernel, status);
  require_ok(status);
  TF_DeleteStatus(status);
}

}  // namespace moekit

// Registration of one operation with TensorFlow, for the CPU.
#pragma once
#include <initializer_list>

#include "attributes.h"

namespace moekit {

/// The attributes of an operation that has none.
struct NoAttributes {};

struct Definition {
  const char* name;
  std::initializer_list<const char*> inputs, outputs;
};

template <class Attributes>
using Compute = void (*)(Call&, const Attributes&);

/// An operation as TensorFlow calls it: COMPUTE with the attributes that were read when its kernel was made.
template <class Attributes, Compute<Attributes> COMPUTE>
struct Operation {
  static inline std::vector<Attribute<Attributes>> members;

  static void* create(TF_OpKernelConstruction* construction) {
    auto* attributes = new Attributes{};
    TF_Status* status = TF_NewStatus();
    const AttributeReader reader(construction, status);
    for (const auto& member : members) {
      if (reader.read(member, *attributes)) continue;
      TF_OpKernelConstruction_Failure(construction, status);
      break;
    }
    TF_DeleteStatus(status);
    return attributes;
  }

  static void run(void* attributes, TF_OpKernelContext* context) {
    Call call(context);
    try {
      COMPUTE(call, *static_cast<Attributes*>(attributes));
    } catch (const Failure& failure) {
      call.fail(failure.message);
    } catch (const std::exception& error) {
      call.fail(error.what());
    }
  }

  static void remove(void* attributes) { delete static_cast<Attributes*>(attributes); }
};

inline void require_ok(TF_Status* status) {
  if (TF_GetCode(status) != TF_OK) throw Failure{TF_Message(status)};
}

/// @throws Failure where TensorFlow refuses, as when the name is taken
template <class Attributes, Compute<Attributes> COMPUTE>
void define(const Definition& definition, std::vector<Attribute<Attributes>> members = {}) {
  using Made = Operation<Attributes, COMPUTE>;
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* spec : definition.inputs) TF_OpDefinitionBuilderAddInput(op, spec);
  for (const char* spec : definition.outputs) TF_OpDefinitionBuilderAddOutput(op, spec);
  for (const auto& member : members) TF_OpDefinitionBuilderAddAttr(op, member.spec().c_str());
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, TF_ShapeInferenceContextSetUnknownShape);
  TF_Status* status = TF_NewStatus();
  TF_RegisterOpDefinition(op, status);
  require_ok(status);
  Made::members = std::move(members);
  TF_KernelBuilder* kernel =
      TF_NewKernelBuilder(definition.name, "CPU", Made::create, Made::run, Made::remove);
  TF_RegisterKernelBuilder(definition.name, kernel, status);
  require_ok(status);
  TF_DeleteStatus(status);
}

}  // namespace moekit

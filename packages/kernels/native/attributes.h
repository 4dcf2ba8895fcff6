// The attributes of one operation: a struct, and a list that names each of its members once. The same list declares the
// attributes to TensorFlow and reads them, so the two cannot differ in a name or a type.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "call.h"

namespace moekit {

/// A member of an operation's attributes. It has no default: a call that omits or misspells it is an error.
template <class Attributes>
struct Attribute {
  const char* name;
  std::variant<bool Attributes::*, int32_t Attributes::*, float Attributes::*> member;
  const char* limit = "";

  /// As TensorFlow wants it in the definition of an operation.
  std::string spec() const {
    constexpr const char* kTypes[] = {": bool", ": int", ": float"};
    return std::string(name) + kTypes[member.index()] + limit;
  }
};

/// Reads attributes while TensorFlow makes a kernel.
class AttributeReader {
 public:
  AttributeReader(TF_OpKernelConstruction* construction, TF_Status* status)
      : construction_(construction), status_(status) {}

  /// @returns whether TensorFlow knows the attribute; the status says why where it does not
  template <class Attributes>
  bool read(const Attribute<Attributes>& attribute, Attributes& into) const {
    std::visit([&](auto member) { get(attribute.name, into.*member); }, attribute.member);
    return TF_GetCode(status_) == TF_OK;
  }

 private:
  void get(const char* name, bool& value) const {
    unsigned char given = 0;
    TF_OpKernelConstruction_GetAttrBool(construction_, name, &given, status_);
    value = given;
  }
  void get(const char* name, int32_t& value) const {
    TF_OpKernelConstruction_GetAttrInt32(construction_, name, &value, status_);
  }
  void get(const char* name, float& value) const {
    TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status_);
  }

  TF_OpKernelConstruction* construction_;
  TF_Status* status_;
};

}  // namespace moekit

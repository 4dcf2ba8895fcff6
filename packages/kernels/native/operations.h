// Every file of operations defines its own; together they are what `moekit_register` (library.cc) brings to TensorFlow.
#pragma once

namespace moekit {

void define_products();
void define_combine();
void define_training();
void define_heads();
void define_matmul();
void define_attention();
void define_routing();

}  // namespace moekit

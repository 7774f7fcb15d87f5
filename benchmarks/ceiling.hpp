// The ceiling that fraction_of_ceiling is measured against.
#pragma once

namespace skein::benchmarks {

/// Samples x layers per second of a loop that only computes, in registers: per vector and layer 17 fused
/// multiply-adds and one division (float), or 27 and one (double): what forward and backward through a tanh layer need
/// at least. Measured once, at the first call, with the widest vectors the kernels use here.
template <class Scalar>
double ceiling_per_second();

}  // namespace skein::benchmarks

// The check of a gradient by finite differences, and what it can tell.
#pragma once

#include <cstddef>

#include "skein/back_propagation.hpp"
#include "skein/chain.hpp"

namespace skein::app {

/// dloss/dw_i by central differences, in double also for chains of floats.
struct FiniteDifference {
    double value;
    double h;           // w_i - h to w_i + h is where the loss was looked at
    double allowed;     // the largest |value - dloss/dw_i| that rounding and curvature explain
    bool crosses_kink;  // an activation passes its kink between w_i - h and w_i + h: no derivative to compare with
};

/// Of layer `layer` + 1. With D(h) = (loss(w + h) - loss(w - h)) / 2h, the value is Richardson's extrapolation of D(h),
/// D(h/2) and D(h/4) (L. F. Richardson, 1911), for the h of several whose error bound is the least. The largest h is at
/// most |w| / 8 and moves no z_j by more than 1/32, as far as the chain is linear. The difference of the losses is taken as
/// (f(w + h) - f(w - h)) (f(w + h) + f(w - h) - 2y), in which y does not cancel.
template <class Scalar>
FiniteDifference finite_difference(const Chain<Scalar>& chain, std::size_t layer, Scalar x, Scalar y);

}  // namespace skein::app

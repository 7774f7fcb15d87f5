#include "skein/activation.hpp"

#include "kernels/kernel_table.hpp"
#include "skein/names.hpp"

namespace skein {

using namespace internal;

namespace {

template <class Scalar>
Scalar activate_one(Activation activation, Scalar pre_activation) {
    Scalar result;
    kernels::kernels<Scalar>().activate(activation, &pre_activation, &result, 1);
    return result;
}

template <class Scalar>
Scalar slope_of_one(Activation activation, Scalar activation_value) {
    Scalar result;
    kernels::kernels<Scalar>().slope(activation, &activation_value, &result, 1);
    return result;
}

}  // namespace

Activation parse_activation(std::string_view name) {
    return static_cast<Activation>(parse_word("activation", name, kActivationNames));
}

float activate(Activation activation, float pre_activation) { return activate_one(activation, pre_activation); }
double activate(Activation activation, double pre_activation) { return activate_one(activation, pre_activation); }
float activation_slope(Activation activation, float activation_value) {
    return slope_of_one(activation, activation_value);
}
double activation_slope(Activation activation, double activation_value) {
    return slope_of_one(activation, activation_value);
}

}  // namespace skein

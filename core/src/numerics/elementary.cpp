#include "skein/elementary.hpp"

#include <stdexcept>
#include <string>

#include "kernels/kernel_table.hpp"

namespace skein::elementary {
namespace {

namespace kernels = internal::kernels;
using kernels::ElementaryFunction;

template <class Scalar>
Scalar evaluate_one(ElementaryFunction function, Scalar z) {
    Scalar result;
    kernels::kernels<Scalar>().evaluate(function, &z, &result, 1);
    return result;
}

template <class Scalar>
void evaluate_column(ElementaryFunction function, std::span<const Scalar> z, std::span<Scalar> result) {
    if (z.size() != result.size()) {
        throw std::invalid_argument("elementary function: result has " + std::to_string(result.size()) +
                                    " elements, z has " + std::to_string(z.size()) + "; they must be as many");
    }
    kernels::kernels<Scalar>().evaluate(function, z.data(), result.data(), z.size());
}

}  // namespace

#define SKEIN_DEFINE(Type, function)                                                   \
    float Type::operator()(float z) const { return evaluate_one(function, z); }        \
    double Type::operator()(double z) const { return evaluate_one(function, z); }      \
    void Type::operator()(std::span<const float> z, std::span<float> result) const {   \
        evaluate_column(function, z, result);                                          \
    }                                                                                  \
    void Type::operator()(std::span<const double> z, std::span<double> result) const { \
        evaluate_column(function, z, result);                                          \
    }

SKEIN_DEFINE(Tanh, ElementaryFunction::tanh)
SKEIN_DEFINE(Sigmoid, ElementaryFunction::sigmoid)
SKEIN_DEFINE(Softplus, ElementaryFunction::softplus)
SKEIN_DEFINE(Relu, ElementaryFunction::relu)
SKEIN_DEFINE(Exp, ElementaryFunction::exp)
SKEIN_DEFINE(Expm1, ElementaryFunction::expm1)
SKEIN_DEFINE(Log, ElementaryFunction::log)
SKEIN_DEFINE(Log1p, ElementaryFunction::log1p)
SKEIN_DEFINE(Exp10, ElementaryFunction::exp10)
SKEIN_DEFINE(SinTwoPi, ElementaryFunction::sin_two_pi)
SKEIN_DEFINE(CosTwoPi, ElementaryFunction::cos_two_pi)

#undef SKEIN_DEFINE

}  // namespace skein::elementary

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

#define SKEIN_DEFINE(name, Type)                                                                  \
    float Type::operator()(float z) const { return evaluate_one(ElementaryFunction::name, z); }   \
    double Type::operator()(double z) const { return evaluate_one(ElementaryFunction::name, z); } \
    void Type::operator()(std::span<const float> z, std::span<float> result) const {              \
        evaluate_column(ElementaryFunction::name, z, result);                                     \
    }                                                                                             \
    void Type::operator()(std::span<const double> z, std::span<double> result) const {            \
        evaluate_column(ElementaryFunction::name, z, result);                                     \
    }

SKEIN_ELEMENTARY_FUNCTIONS(SKEIN_DEFINE)

#undef SKEIN_DEFINE

}  // namespace skein::elementary

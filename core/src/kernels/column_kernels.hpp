// A function of every number in a column of any length.
#pragma once

#include <cstring>

#include "kernels/activations.hpp"
#include "kernels/kernel_table.hpp"

namespace skein::internal::kernels {
namespace {

/// A column's last lanes in a whole row, the missing ones filled with its last lane: what goes through the padding has
/// gone through a sample's lane too, so it can be no slower (a denormal) and no stranger (an infinity) than that.
template <class Scalar>
struct PaddedRow {
    PaddedRow(const Scalar* lanes, std::size_t num_lanes) {
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            value[lane] = lanes[lane < num_lanes ? lane : num_lanes - 1];
        }
    }
    alignas(64) Scalar value[kRowLanes];
};

/// Applies a function of rows to columns of any length: a last partial row goes through the same function, padded.
template <class Scalar, class Function>
SKEIN_INLINE void map_column(const Scalar* input, Scalar* output, std::size_t count, Function function) {
    const std::size_t rest = count % kRowLanes;
    for (std::size_t lane = 0; lane < count - rest; lane += kRowLanes) {
        store(output + lane, with_one_nan(function(load(input + lane))));
    }
    if (rest != 0) {
        alignas(64) Scalar last[kRowLanes];
        store(last, with_one_nan(function(load(PaddedRow<Scalar>(input + count - rest, rest).value))));
        std::memcpy(output + count - rest, last, rest * sizeof(Scalar));
    }
}

template <class Scalar>
void evaluate(ElementaryFunction function, const Scalar* z, Scalar* result, std::size_t count) {
    switch (function) {
#define SKEIN_CASE(name, Type)     \
    case ElementaryFunction::name: \
        return map_column(z, result, count, [](const Row<Scalar>& row) { return name(row); });
        SKEIN_ELEMENTARY_FUNCTIONS(SKEIN_CASE)
#undef SKEIN_CASE
    }
}

template <class Scalar>
void activate(Activation activation, const Scalar* z, Scalar* result, std::size_t count) {
    with_activation(activation, [&]<Activation kActivation>() {
        map_column(z, result, count, [](const Row<Scalar>& row) { return Formulas<kActivation>::activate(row); });
    });
}

template <class Scalar>
void slope(Activation activation, const Scalar* activations, Scalar* result, std::size_t count) {
    with_activation(activation, [&]<Activation kActivation>() {
        map_column(activations, result, count, [](const Row<Scalar>& f) { return Formulas<kActivation>::slope(f); });
    });
}

template <class Scalar>
void forward(const ChainView<Scalar>& chain, const Scalar* inputs, Scalar* outputs, std::size_t num_lanes) {
    for (std::size_t layer = 0; layer < chain.num_layers; ++layer) {
        with_activation(chain.activations[layer], [&]<Activation kActivation>() {
            const Row<Scalar> w = broadcast(chain.weights[layer]);
            map_column(layer == 0 ? inputs : outputs, outputs, num_lanes,
                       [&](const Row<Scalar>& f) { return Formulas<kActivation>::activate(w * f); });
        });
    }
}

}  // namespace
}  // namespace skein::internal::kernels

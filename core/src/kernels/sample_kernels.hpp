// Random numbers and generated samples, a row of lanes at a time (skein/random.hpp, skein/sample_formula.hpp).
#pragma once

#include "kernels/column_kernels.hpp"
#include "kernels/philox.hpp"

namespace skein::internal::kernels {
namespace {

/// Integers of at most 32 bits as numbers: exact in double, rounded once in float.
template <class Scalar>
SKEIN_INLINE Row<Scalar> to_row(const std::int32_t (&integers)[kRowLanes]) {
    alignas(64) Scalar number[kRowLanes];
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        number[lane] = static_cast<Scalar>(integers[lane]);
    }
    return load(number);
}

template <class Scalar>
SKEIN_INLINE Row<Scalar> shifted_word(const RandomRow& random, int word, int shift) {
    alignas(64) std::int32_t shifted[kRowLanes];
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        shifted[lane] = static_cast<std::int32_t>(random.word[word][lane] >> shift);
    }
    return to_row<Scalar>(shifted);
}

/// Uniform on (0, 1]. double: (a 2^27 + b + 1/2) 2^-53 of 26 + 27 bits; float: (a + 1/2) 2^-31 of 31 bits.
template <class Scalar>
SKEIN_INLINE Row<Scalar> uniform_row(const RandomRow& random) {
    if constexpr (sizeof(Scalar) == sizeof(float)) {
        return fused(shifted_word<Scalar>(random, 0, 1), broadcast(0x1p-31f), broadcast(0x1p-32f));
    } else {
        const Row<double> low = fused(shifted_word<Scalar>(random, 1, 5), broadcast(0x1p-53), broadcast(0x1p-54));
        return fused(shifted_word<Scalar>(random, 0, 6), broadcast(0x1p-26), low);
    }
}

/// Uniform on [-1/2, 1/2]. double: 32 + 21 bits; float: 32 bits, rounded.
template <class Scalar>
SKEIN_INLINE Row<Scalar> turn_row(const RandomRow& random) {
    const Row<Scalar> high = shifted_word<Scalar>(random, 2, 0) * broadcast(Scalar(0x1p-32));
    if constexpr (sizeof(Scalar) == sizeof(float)) {
        return high;
    } else {
        return fused(shifted_word<Scalar>(random, 3, 11), broadcast(0x1p-53), high);
    }
}

/// Two independent standard normals: sqrt(-2 log u) times the cosine and the sine of 2 pi t.
template <class Scalar>
SKEIN_INLINE void normal_rows(const RandomRow& random, Row<Scalar>& first, Row<Scalar>& second) {
    const Row<Scalar> radius = square_root(broadcast(Scalar(-2)) * log_of_normal(uniform_row<Scalar>(random)));
    Row<Scalar> sine, cosine;
    sin_cos_two_pi(turn_row<Scalar>(random), sine, cosine);
    first = radius * cosine;
    second = radius * sine;
}

/// y of the target, without noise; of a teacher only what goes into it.
template <class Scalar>
SKEIN_INLINE Row<Scalar> target_row(const SampleFormula<Scalar>& formula, const Row<Scalar>& x,
                                    const RandomRow& random) {
    const Row<Scalar> one = broadcast(Scalar(1));
    const Row<Scalar> zero = broadcast(Scalar(0));
    switch (formula.target) {
        case Target::teacher: return x;
        case Target::sine: {
            Row<Scalar> sine, cosine;
            sin_cos_two_pi(broadcast(formula.frequency) * x, sine, cosine);
            return sine;
        }
        case Target::step: return select(less(zero, x), one, negated(one));
        case Target::random_labels: break;
    }
    alignas(64) std::int32_t bit[kRowLanes];  // a bit that uniform_row leaves unused
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        bit[lane] = static_cast<std::int32_t>(random.word[1][lane] & 1u);
    }
    return select(equal(to_row<Scalar>(bit), zero), negated(one), one);
}

/// x, what the target makes of it, and the noise, a standard normal.
template <class Scalar>
SKEIN_INLINE void generate_row(const SampleFormula<Scalar>& formula, const RandomRow& random,
                               const std::uint64_t* indices, Scalar* x, Scalar* target, Scalar* noise) {
    Row<Scalar> row_x, row_noise = broadcast(Scalar(0)), unused;
    if (formula.input == InputDistribution::normal) {
        normal_rows(random, row_x, row_noise);
        row_x = broadcast(formula.input_scale) * row_x;
    } else {
        const Row<Scalar> centred = fused(broadcast(Scalar(2)), uniform_row<Scalar>(random), broadcast(Scalar(-1)));
        const bool is_constant = formula.input == InputDistribution::constant;
        row_x = is_constant ? broadcast(formula.input_scale) : broadcast(formula.input_scale) * centred;
        if (formula.noise != 0) {
            normal_rows(philox_row(OneSeed{formula.seed}, random::Stream::noise, indices), row_noise, unused);
        }
    }
    store(x, row_x);
    store(target, target_row(formula, row_x, random));
    store(noise, row_noise);
}

inline constexpr std::size_t kGeneratedRows = 16;

/// At most kGeneratedRows rows, each pass over all of them: within a row, each number waits for the one before. (One pass
/// over whole rows takes 2.2 ns a sample in float and 4.8 in double; this takes 1.8 and 4.2.) `indices` are whole
/// rows.
template <class Scalar>
void generate_tile(const SampleFormula<Scalar>& formula, const std::uint64_t* indices, std::size_t num_lanes, Scalar* x,
                   Scalar* y) {
    alignas(64) Scalar noise[kGeneratedRows * kRowLanes];
    RandomRow random[kGeneratedRows];
    for (std::size_t lane = 0; lane < num_lanes; lane += kRowLanes) {
        random[lane / kRowLanes] = philox_row(OneSeed{formula.seed}, random::Stream::samples, indices + lane);
    }
    for (std::size_t lane = 0; lane < num_lanes; lane += kRowLanes) {
        generate_row(formula, random[lane / kRowLanes], indices + lane, x + lane, y + lane, noise + lane);
    }
    if (formula.target == Target::teacher) {
        forward(formula.teacher, y, y, num_lanes);
    }
    for (std::size_t lane = 0; lane < num_lanes; lane += kRowLanes) {
        store(x + lane, with_one_nan(load(x + lane)));
        store(y + lane, with_one_nan(fused(broadcast(formula.noise), load(noise + lane), load(y + lane))));
    }
}

template <class Scalar>
void generate(const SampleFormula<Scalar>& formula, const std::uint64_t* indices, std::size_t count, Scalar* x,
              Scalar* y) {
    constexpr std::size_t kTileLanes = kGeneratedRows * kRowLanes;
    alignas(64) Scalar tile_x[kTileLanes], tile_y[kTileLanes];
    for (std::size_t first = 0; first < count; first += kTileLanes) {
        const std::size_t num_lanes = count - first < kTileLanes ? count - first : kTileLanes;
        if (num_lanes == kTileLanes) {
            generate_tile(formula, indices + first, kTileLanes, tile_x, tile_y);
        } else {
            std::uint64_t last[kTileLanes] = {};
            std::memcpy(last, indices + first, num_lanes * sizeof(std::uint64_t));
            generate_tile(formula, last, to_whole_rows(num_lanes), tile_x, tile_y);
        }
        std::memcpy(x + first, tile_x, num_lanes * sizeof(Scalar));
        std::memcpy(y + first, tile_y, num_lanes * sizeof(Scalar));
    }
}

/// The transforms alone, for single numbers of skein/random.hpp.
template <class Scalar>
void transform(const std::uint32_t* blocks, std::size_t count, Scalar* uniforms, Scalar* normals) {
    for (std::size_t lane = 0; lane < count; lane += kRowLanes) {
        const std::size_t num_lanes = count - lane < kRowLanes ? count - lane : kRowLanes;
        RandomRow random = {};
        for (std::size_t index = 0; index < num_lanes; ++index) {
            for (std::size_t word = 0; word < 4; ++word) {
                random.word[word][index] = blocks[4 * (lane + index) + word];
            }
        }
        Row<Scalar> first, second;
        normal_rows(random, first, second);
        alignas(64) Scalar columns[2][kRowLanes];
        store(columns[0], uniform_row<Scalar>(random));
        store(columns[1], first);
        std::memcpy(uniforms + lane, columns[0], num_lanes * sizeof(Scalar));
        std::memcpy(normals + lane, columns[1], num_lanes * sizeof(Scalar));
    }
}

}  // namespace
}  // namespace skein::internal::kernels

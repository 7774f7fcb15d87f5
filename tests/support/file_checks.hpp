/// What the tests of files have in common.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "skein/files/file_error.hpp"

namespace skein::test {

/// The text of the FileError that `call` throws.
template <class Call>
std::string file_error_of(const Call& call) {
    try {
        call();
    } catch (const FileError& error) {
        return error.what();
    }
    return "no error";
}

template <class Scalar>
using Bits = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

template <class Scalar>
std::vector<Bits<Scalar>> bits_of(std::span<const Scalar> values) {
    std::vector<Bits<Scalar>> bits;
    for (const Scalar value : values) bits.push_back(std::bit_cast<Bits<Scalar>>(value));
    return bits;
}

/// Extremes, denormals, a float that is another one when read by way of double, and finite random bit patterns.
template <class Scalar>
std::vector<Scalar> awkward_numbers() {
    using Limits = std::numeric_limits<Scalar>;
    std::vector<Scalar> numbers{Scalar(0.0),       Scalar(-0.0),  Scalar(0.1),          Scalar(1e22),
                                Limits::max(),     Limits::min(), Limits::lowest(),     Limits::denorm_min(),
                                Limits::epsilon(), Scalar(1) / 3, Scalar(123456789.0),  Scalar(7.038531e-26),
                                Scalar(-1),        Scalar(1e-5),  -Limits::denorm_min()};
    if constexpr (sizeof(Scalar) == 4) numbers.push_back(std::bit_cast<float>(0x15ae43fdU));
    std::mt19937_64 random(1);
    while (numbers.size() < 3000) {
        const auto number = std::bit_cast<Scalar>(static_cast<Bits<Scalar>>(random()));
        if (std::isfinite(number)) numbers.push_back(number);
    }
    return numbers;
}

}  // namespace skein::test

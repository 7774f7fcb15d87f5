/// How .npy files store numbers, and the way from there to float and double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace skein::internal::files {

enum class NumberKind : std::uint8_t {
    boolean,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float16,
    float32,
    float64
};

struct NumberFormat {
    NumberKind kind = NumberKind::float64;
    bool is_big_endian = false;

    bool operator==(const NumberFormat&) const = default;
};

/// What a dtype such as "<f8", ">i4", "=f4" or "|b1" stands for; empty if it is none of these kinds.
std::optional<NumberFormat> parse_number_format(std::string_view dtype);

/// "float64", as NumPy calls it.
std::string_view name_of(NumberKind kind);
std::size_t bytes_of(NumberKind kind);

/// Rounds each number of `stored` once to Scalar. `stored` has values.size() numbers. Returns false if a float64
/// overflowed; its value is then infinite.
template <class Scalar>
bool convert_numbers(NumberFormat format, std::span<const std::byte> stored, std::span<Scalar> values);

}  // namespace skein::internal::files

#include "files/arrays/number_format.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace skein::internal::files {
namespace {

static_assert(std::endian::native == std::endian::little, "'<', '=' and '|' are the order of the machine");

struct KindProperties {
    std::string_view name;
    std::string_view code;  // NumPy's, after the byte order
    std::size_t bytes;
};
/// In the order of the enumerators.
constexpr std::array<KindProperties, 12> kKindProperties{{{"bool", "b1", 1},
                                                          {"int8", "i1", 1},
                                                          {"int16", "i2", 2},
                                                          {"int32", "i4", 4},
                                                          {"int64", "i8", 8},
                                                          {"uint8", "u1", 1},
                                                          {"uint16", "u2", 2},
                                                          {"uint32", "u4", 4},
                                                          {"uint64", "u8", 8},
                                                          {"float16", "f2", 2},
                                                          {"float32", "f4", 4},
                                                          {"float64", "f8", 8}}};

const KindProperties& kind_properties(NumberKind kind) { return kKindProperties[static_cast<std::size_t>(kind)]; }

/// Stored numbers that C++ has no type for.
struct StoredBoolean {
    std::uint8_t byte;
};
struct StoredHalf {
    std::uint16_t bits;
};

template <class Stored>
Stored number_of(Stored number) {
    return number;
}
std::uint8_t number_of(StoredBoolean boolean) { return boolean.byte != 0 ? 1 : 0; }
/// Exact: a sign, 5 bits of exponent and 10 of fraction.
float number_of(StoredHalf half) {
    constexpr std::uint32_t kExponentOffset = 127 - 15;
    constexpr float kSmallest = 0x1p-24f;
    const std::uint32_t sign = (half.bits & 0x8000u) << 16;
    const std::uint32_t exponent = half.bits >> 10 & 31u;
    const std::uint32_t fraction = half.bits & 1023u;
    const auto subnormal = std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * kSmallest);
    const std::uint32_t normal = (exponent + kExponentOffset) << 23 | fraction << 13;
    const std::uint32_t infinite = 0x7f800000u | fraction << 13;  // or NaN
    return std::bit_cast<float>(sign | (exponent == 0 ? subnormal : exponent == 31 ? infinite : normal));
}

std::uint8_t reversed(std::uint8_t word) { return word; }
std::uint16_t reversed(std::uint16_t word) { return __builtin_bswap16(word); }
std::uint32_t reversed(std::uint32_t word) { return __builtin_bswap32(word); }
std::uint64_t reversed(std::uint64_t word) { return __builtin_bswap64(word); }

template <std::size_t bytes>
using Word = std::conditional_t<
    bytes == 1, std::uint8_t,
    std::conditional_t<bytes == 2, std::uint16_t, std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>>>;

template <class Stored, bool is_reversed, class Scalar>
bool convert_each(const std::byte* __restrict stored, std::span<Scalar> values) {
    bool overflows = false;
    Scalar* __restrict const results = values.data();
    for (std::size_t index = 0; index < values.size(); ++index) {
        Word<sizeof(Stored)> word;
        std::memcpy(&word, stored + index * sizeof(Stored), sizeof(Stored));
        const auto number = number_of(std::bit_cast<Stored>(is_reversed ? reversed(word) : word));
        results[index] = static_cast<Scalar>(number);
        if constexpr (std::is_same_v<Stored, double> && std::is_same_v<Scalar, float>) {
            overflows |= std::isinf(results[index]) && !std::isinf(number);
        }
    }
    return !overflows;
}

template <class Stored, class Scalar>
bool convert_as(bool is_big_endian, const std::byte* stored, std::span<Scalar> values) {
    return is_big_endian ? convert_each<Stored, true>(stored, values) : convert_each<Stored, false>(stored, values);
}

}  // namespace

std::optional<NumberFormat> parse_number_format(std::string_view dtype) {
    if (dtype.empty() || std::string_view("<>=|").find(dtype[0]) == std::string_view::npos) return std::nullopt;
    const auto found = std::ranges::find(kKindProperties, dtype.substr(1), &KindProperties::code);
    if (found == kKindProperties.end()) return std::nullopt;
    return NumberFormat{static_cast<NumberKind>(found - kKindProperties.begin()), dtype[0] == '>' && found->bytes > 1};
}

std::string_view name_of(NumberKind kind) { return kind_properties(kind).name; }

std::size_t bytes_of(NumberKind kind) { return kind_properties(kind).bytes; }

template <class Scalar>
bool convert_numbers(NumberFormat format, std::span<const std::byte> stored, std::span<Scalar> values) {
    const bool is_big_endian = format.is_big_endian;
    switch (format.kind) {
        case NumberKind::boolean: return convert_as<StoredBoolean>(is_big_endian, stored.data(), values);
        case NumberKind::int8: return convert_as<std::int8_t>(is_big_endian, stored.data(), values);
        case NumberKind::int16: return convert_as<std::int16_t>(is_big_endian, stored.data(), values);
        case NumberKind::int32: return convert_as<std::int32_t>(is_big_endian, stored.data(), values);
        case NumberKind::int64: return convert_as<std::int64_t>(is_big_endian, stored.data(), values);
        case NumberKind::uint8: return convert_as<std::uint8_t>(is_big_endian, stored.data(), values);
        case NumberKind::uint16: return convert_as<std::uint16_t>(is_big_endian, stored.data(), values);
        case NumberKind::uint32: return convert_as<std::uint32_t>(is_big_endian, stored.data(), values);
        case NumberKind::uint64: return convert_as<std::uint64_t>(is_big_endian, stored.data(), values);
        case NumberKind::float16: return convert_as<StoredHalf>(is_big_endian, stored.data(), values);
        case NumberKind::float32: return convert_as<float>(is_big_endian, stored.data(), values);
        case NumberKind::float64: return convert_as<double>(is_big_endian, stored.data(), values);
    }
    return true;
}

template bool convert_numbers(NumberFormat, std::span<const std::byte>, std::span<float>);
template bool convert_numbers(NumberFormat, std::span<const std::byte>, std::span<double>);

}  // namespace skein::internal::files

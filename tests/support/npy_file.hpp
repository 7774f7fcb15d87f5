/// The bytes of .npy files, written by hand.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skein::test {

/// A .npy file with the dictionary padded as numpy does.
inline std::string npy_file(std::string dictionary, std::string_view data, char version = 1) {
    using namespace std::literals;
    const std::size_t preamble = version == 1 ? 10 : 12;
    while ((preamble + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
    dictionary += '\n';
    std::string file = "\x93NUMPY"s + version + '\0' + static_cast<char>(dictionary.size()) + '\0';
    return file + (version == 1 ? ""s : "\0\0"s) + dictionary + std::string(data);
}

struct StoredHalf {
    std::uint16_t bits;
};

/// By the definition of float16, in double.
inline double exact_value(StoredHalf half) {
    const int exponent = half.bits >> 10 & 31, fraction = half.bits & 1023;
    double size = std::ldexp(exponent == 0 ? fraction : 1024 + fraction, std::max(exponent, 1) - 25);
    if (exponent == 31) size = fraction == 0 ? HUGE_VAL : std::nan("");
    return half.bits >> 15 == 0 ? size : -size;
}
template <class Stored>
Stored exact_value(Stored number) {
    return number;
}

/// The bytes as they lie in a file.
template <class Stored>
std::string stored_bytes(const std::vector<Stored>& numbers, bool is_big_endian) {
    std::string bytes;
    for (const Stored number : numbers) {
        char one[sizeof(Stored)];
        std::copy_n(reinterpret_cast<const char*>(&number), sizeof(Stored), one);
        if (is_big_endian) std::reverse(one, one + sizeof(Stored));
        bytes.append(one, sizeof(Stored));
    }
    return bytes;
}

struct NpyLayout {
    std::string type;  // "f8"
    bool is_fortran_order = false;
    bool is_big_endian = false;
};

/// A file of the numbers, [rows x columns] in C order; of shape (rows,) if there are 0 columns.
template <class Stored>
std::string npy_file_of(const NpyLayout& layout, const std::vector<Stored>& numbers, std::size_t num_columns) {
    const std::size_t width = std::max<std::size_t>(num_columns, 1), num_rows = numbers.size() / width;
    std::vector<Stored> stored = numbers;
    for (std::size_t index = 0; layout.is_fortran_order && index < numbers.size(); ++index) {
        stored[index % width * num_rows + index / width] = numbers[index];
    }
    const std::string shape = std::to_string(num_rows) + "," + (num_columns == 0 ? "" : " " + std::to_string(width));
    const std::string order = sizeof(Stored) == 1 ? "|" : layout.is_big_endian ? ">" : "<";
    return npy_file("{'descr': '" + order + layout.type + "', 'fortran_order': " +
                        (layout.is_fortran_order ? "True" : "False") + ", 'shape': (" + shape + "), }",
                    stored_bytes(stored, layout.is_big_endian));
}

}  // namespace skein::test

/// The header of a .npy file: a Python dictionary such as {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skein::files {

inline constexpr std::string_view kNpyMagic{"\x93NUMPY", 6};

struct NpyHeader {
    std::size_t value_bytes = 0;  // 4: '<f4', 8: '<f8'
    std::vector<std::size_t> shape;
};

/// Throws FileError about `path` for a dictionary that is anything but this.
NpyHeader parse_npy_header(const std::filesystem::path& path, std::string_view dictionary);

/// All bytes before the data, of format version 1.0; the data start at a multiple of 64 bytes.
std::string format_npy_header(std::size_t value_bytes, std::span<const std::size_t> shape);

/// "(3, 2)" or "(3,)", as Python writes it.
std::string format_shape(std::span<const std::size_t> shape);

/// The product of `shape` and `value_bytes`; false when it overflows.
bool checked_size(std::span<const std::size_t> shape, std::size_t value_bytes, std::uint64_t& size_bytes);

}  // namespace skein::files

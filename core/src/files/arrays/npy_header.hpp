/// The header of a .npy file: a Python dictionary such as {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "files/arrays/npy_dictionary.hpp"
#include "files/io/input_file.hpp"
#include "skein/files/array_file.hpp"

namespace skein::internal::files {

inline constexpr std::size_t kMaxDimensions = 32;  // NumPy's

struct NpyHeader {
    NpyDictionary dictionary;
    std::uint64_t data_offset = 0;  // in bytes, from the beginning of the file
};

/// Throws FileError if the file does not begin with such a header. The type and the order may be any.
NpyHeader read_npy_header(const InputFile& file);

/// The type of the elements. Throws FileError about `path` unless they are in C order and of one of the `types`.
ElementType require_type(const std::filesystem::path& path, const NpyDictionary& dictionary,
                         std::span<const ElementType> types);

/// The number of elements. Throws FileError if the file is shorter or longer than its header says, of elements of that
/// name and size.
std::uint64_t require_data_size(const InputFile& file, const NpyHeader& header, std::string_view type_name,
                                std::size_t element_bytes);

/// All bytes before the data, in format version 1.0; the data start at a multiple of 64 bytes.
std::string format_npy_header(ElementType type, std::span<const std::size_t> shape);

/// The type of an array of Scalar, float or double.
template <class Scalar>
inline constexpr ElementType kTypeOf = sizeof(Scalar) == sizeof(float) ? ElementType::float32 : ElementType::float64;

/// "float64": the enumerator.
std::string_view name_of(ElementType type);
std::size_t bytes_of(ElementType type);

/// "(3, 2)" or "(3,)", as Python writes it.
std::string format_shape(std::span<const std::size_t> shape);

/// Sets `size_bytes` to the product of `shape` and `element_bytes`; returns false if it overflows.
bool checked_size(std::span<const std::size_t> shape, std::size_t element_bytes, std::uint64_t& size_bytes);

}  // namespace skein::internal::files

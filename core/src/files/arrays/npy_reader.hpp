/// A .npy file of numbers that is read piece by piece.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "files/arrays/npy_header.hpp"
#include "files/arrays/number_format.hpp"
#include "files/io/input_file.hpp"

namespace skein::internal::files {

class NpyReader {
public:
    /// Reads the header. Throws FileError if read_npy() would refuse the file.
    explicit NpyReader(const std::filesystem::path& path);

    const std::filesystem::path& path() const noexcept { return file_.path(); }
    /// One or two dimensions.
    const std::vector<std::size_t>& shape() const noexcept { return header_.dictionary.shape; }
    /// Of an array of one dimension, 1.
    std::size_t num_columns() const noexcept { return shape().size() == 2 ? shape()[1] : 1; }
    std::size_t num_values() const noexcept { return num_values_; }
    /// Whether the file has column after column (Fortran order), not row after row.
    bool is_columnar() const noexcept { return header_.dictionary.fortran_order && num_columns() > 1; }
    /// float32 for float32 and float16, float64 for all others.
    ElementType stored_type() const noexcept;

    /// Reads values from index `first` on, in the order of the file, each rounded once to Scalar. Throws FileError if a
    /// float64 overflows it.
    template <class Scalar>
    void read(std::size_t first, std::span<Scalar> values) const;

    /// The place of a value with that index in the file, for errors: "row 3, column 2", both from 1.
    std::string position(std::size_t index) const;

private:
    template <class Scalar>
    void convert(std::size_t first, std::span<const std::byte> stored, std::span<Scalar> values) const;

    InputFile file_;
    NpyHeader header_;
    NumberFormat format_;
    std::size_t num_values_ = 0;
};

}  // namespace skein::internal::files

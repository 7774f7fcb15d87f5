/// A .npy file of float32 or float64 that is read piece by piece.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "files/arrays/npy_header.hpp"
#include "files/io/input_file.hpp"

namespace skein::internal::files {

class NpyReader {
public:
    /// Reads the header. Throws FileError if read_npy() would refuse the file.
    explicit NpyReader(const std::filesystem::path& path);

    const std::filesystem::path& path() const noexcept { return file_.path(); }
    /// One or two dimensions.
    const std::vector<std::size_t>& shape() const noexcept { return header_.shape; }
    std::size_t num_values() const noexcept { return num_values_; }
    /// float32 or float64.
    ElementType type() const noexcept { return header_.type; }

    /// Reads values from index `first` on, in C order. Throws FileError if a float64 overflows Scalar.
    template <class Scalar>
    void read(std::size_t first, std::span<Scalar> values) const;

    /// The place of a value, for errors: "row 3, column 2", both from 1.
    std::string position(std::size_t index) const;

private:
    InputFile file_;
    NpyHeader header_;
    std::size_t num_values_ = 0;
};

}  // namespace skein::internal::files

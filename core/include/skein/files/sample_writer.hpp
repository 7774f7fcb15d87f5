/// Samples into files, one block after the other: there may be more than memory holds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "skein/dataset.hpp"

namespace skein {

/// Samples as a file holds them: the bytes for each file.
struct EncodedSamples {
    std::array<std::string, 2> bytes;
    std::uint64_t num_samples = 0;
};

/// Writes what SampleReader reads, to the same bits: a .npy file of Scalar of shape (N, columns), a .csv file with a
/// line of names and the fewest decimals that give the same bits, or two .npy files of shape (N), x and y. Files have
/// temporary names until finish(); where that is not called, nothing is left of them. All failures are FileErrors.
template <class Scalar>
class SampleWriter {
public:
    /// `num_columns` is 2, x and y, or 3, with sample weights (or whatever else goes by the name of `third_column`).
    /// Where the number of samples is known, the room for them is taken at once: a disk that is too small is an error here, which says how large the file would be.
    /// Throws std::invalid_argument for other numbers of columns or paths, for sample weights in two files, and for
    /// names that end in neither .npy nor .csv, or not in .npy where there are two.
    SampleWriter(std::span<const std::filesystem::path> paths, std::size_t num_columns,
                 std::optional<std::uint64_t> num_samples = {}, const std::string& third_column = "m");
    SampleWriter(SampleWriter&&) noexcept;
    SampleWriter& operator=(SampleWriter&&) noexcept;
    ~SampleWriter();

    /// Puts samples into the bytes of the files. From several threads at once, each with an `encoded` of its own.
    void encode(const MiniBatch<Scalar>& samples, EncodedSamples& encoded) const;
    /// Writes samples behind those before.
    void append(const EncodedSamples& encoded);
    /// Completes the files and gives them their names, the second after the first. Throws std::invalid_argument where
    /// the number of samples was known, and was another one.
    void finish();

    std::uint64_t num_samples() const noexcept;
    /// Of all files, so far.
    std::uint64_t size_bytes() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Bytes of the files that a SampleWriter makes of so many samples, on the whole; nothing where one is a .csv file,
/// whose numbers have any length. Throws std::invalid_argument for more than a file can have.
template <class Scalar>
std::optional<std::uint64_t> sample_files_bytes(std::span<const std::filesystem::path> paths, std::size_t num_columns,
                                                std::uint64_t num_samples);

}  // namespace skein

/// Samples into files, piece by piece: there may be more than fit into memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "skein/dataset.hpp"

namespace skein {

/// Samples as they stand in files: the bytes of each file.
struct EncodedSamples {
    std::array<std::string, 2> bytes;
    std::uint64_t num_samples = 0;
};

/// Writes files that SampleReader reads back to the same bits: a .npy file of Scalar of shape (N, columns); a .csv file
/// with a line of names and the fewest decimals for that; or two .npy files of shape (N), x and y. The files have
/// temporary names until finish(); without it they are removed. Throws FileError if writing fails.
template <class Scalar>
class SampleWriter {
public:
    /// `paths`: one or two files. `num_columns`: 2, x and y, or 3, with sample weights. `names`: of the
    /// columns of a .csv, if not x,y or x,y,m; one per column. If `num_samples` is given, .npy files get their room on the disk at once, so that a disk that is
    /// too small is an error here. Throws std::invalid_argument for other numbers of paths or columns, for three
    /// columns in two files, for another number of names, and for files that do not end in .npy or, of a single file, .csv.
    SampleWriter(std::span<const std::filesystem::path> paths, std::size_t num_columns,
                 std::optional<std::uint64_t> num_samples = {}, std::vector<std::string> names = {});
    SampleWriter(SampleWriter&&) noexcept;
    SampleWriter& operator=(SampleWriter&&) noexcept;
    ~SampleWriter();

    /// Sets `encoded` to the bytes of these samples. Several threads may call it at once, each with its own `encoded`.
    /// Throws std::invalid_argument if samples have sample weights and the files do not, or the other way round.
    void encode(const MiniBatch<Scalar>& samples, EncodedSamples& encoded) const;
    /// Appends encoded samples to the files.
    void append(const EncodedSamples& encoded);
    /// Completes the files and gives them their names. Throws std::invalid_argument if `num_samples` was given, and
    /// another number of samples was appended.
    void finish();

    std::uint64_t num_samples() const noexcept;
    /// Bytes written so far, to all files.
    std::uint64_t size_bytes() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The samples as rows of a .csv: what SampleWriter writes after the line of names.
template <class Scalar>
[[nodiscard]] std::string csv_rows(const MiniBatch<Scalar>& samples);

/// The total size in bytes of the files that a SampleWriter makes of `num_samples` samples; empty for .csv, whose
/// numbers differ in length. Throws std::invalid_argument as SampleWriter does, and if a file would be too large.
template <class Scalar>
std::optional<std::uint64_t> sample_files_bytes(std::span<const std::filesystem::path> paths, std::size_t num_columns,
                                                std::uint64_t num_samples);

}  // namespace skein

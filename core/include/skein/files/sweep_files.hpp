/// The directory of a sweep: arrays of outcomes on the disk, filled a few points at a time, and how far they have got.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skein/sweep.hpp"

namespace skein {

/// Whether a sweep writes a file of this name: one of its arrays, or the checkpoint.
[[nodiscard]] bool is_sweep_file_name(std::string_view name);

/// One array of outcomes, as doubles in the order of the points; NaN for kNever. `name` is that of a column of
/// for_each_column() (skein/ensemble_outcome.hpp), `shape` the shape of its array. Throws std::invalid_argument for
/// another name, and FileError if the file cannot be read or is not such an array.
std::vector<double> read_outcomes(const std::filesystem::path& directory, std::string_view name,
                                  std::span<const std::size_t> shape);

/// What the directory of a sweep holds, apart from run.json and pictures. Shapes begin with the axes, the last one
/// first, so that the first axis varies fastest: array[j, i] is value i of the first axis and value j of the second.
///
///     axis_1.npy, axis_2.npy, ...   float64 [values]      the values of each axis
///     NAME.npy                                            every column that the sweep keeps, by for_each_column()
///                                                         (skein/ensemble_outcome.hpp):
///                                   uint8                 codes: numbers in kStatusNames and kCauseNames; in
///                                                         status.npy kNotRun for a point that is not done yet
///                                   uint64                counts
///                                   int64                 counts with -1 for kNever
///                                   bool                  truths
///                                   float64               real numbers
///                                   [..., steps]          recorded_losses.npy
///     weights.npy                   float [..., layers]   final weights, in the sweep's precision; NaN past the layers
///                                                         of a chain
///     checkpoint                                          until the sweep is finished: how many points are done, and
///                                                         their CompressionRecord if the data are compressed
template <class Scalar>
class SweepFiles {
public:
    static constexpr std::uint8_t kNotRun = 255;

    /// Bytes of all arrays together. Throws std::invalid_argument for more than files can have.
    [[nodiscard]] static std::uint64_t total_bytes(const Sweep<Scalar>& sweep);
    /// True if a sweep was begun in `directory` and is not finished.
    [[nodiscard]] static bool is_unfinished(const std::filesystem::path& directory);

    /// After this, no sweep in `directory` can be resumed, not even after a power failure: the first step of replacing
    /// a sweep. Throws FileError.
    static void remove_checkpoint(const std::filesystem::path& directory);

    /// Makes the arrays in an existing directory and reserves their room on the disk. Removes all arrays of an earlier
    /// sweep first. Throws FileError.
    [[nodiscard]] static SweepFiles create(const std::filesystem::path& directory, const Sweep<Scalar>& sweep);
    /// Opens the arrays of a sweep that was begun, to resume it. Throws FileError if they are not those of this sweep.
    [[nodiscard]] static SweepFiles open(const std::filesystem::path& directory, const Sweep<Scalar>& sweep);

    SweepFiles(SweepFiles&&) noexcept;
    SweepFiles& operator=(SweepFiles&&) noexcept;
    ~SweepFiles();

    /// Points [0, points_done()) are in the arrays.
    [[nodiscard]] std::uint64_t points_done() const noexcept;
    /// Of these points, if the data are compressed.
    [[nodiscard]] const std::optional<CompressionRecord>& compression() const noexcept;
    /// Writes the outcome of the next points: of all in `outcome`, or of the first `count`. Throws FileError.
    void append(const SweepOutcome<Scalar>& outcome);
    void append(const SweepOutcome<Scalar>& outcome, std::size_t count);
    /// After this, the points done so far survive a crash and a power failure. Throws FileError.
    void sync();
    /// Syncs, and removes the checkpoint: all points are done. Throws FileError.
    void finish();

    /// The names of the arrays' files.
    std::vector<std::string> names() const;

private:
    struct State;
    explicit SweepFiles(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace skein

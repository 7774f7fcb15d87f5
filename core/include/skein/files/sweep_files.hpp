/// The arrays of a sweep's outcomes on the disk, filled block by block, and how far they have got.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skein/sweep.hpp"

namespace skein {

/// Whether a sweep writes a file of that name: one of its arrays, or the checkpoint.
bool is_sweep_file_name(std::string_view name);

/// What a directory of a sweep holds, beside run.json and pictures. Shapes begin with the axes, the last one first, so
/// that the first axis runs fastest: array[j, i] is point i of the first axis and j of the second.
///
///     axis_1.npy, axis_2.npy, ...   float64 [values]      the values of the axes, in their order
///     status.npy                    uint8                 Status, as kStatusNames are numbered; kNotRun before its time
///     cause.npy                     uint8                 Cause, as kCauseNames are
///     steps.npy                     uint64                updates done
///     loss.npy, first_loss.npy, smallest_loss.npy, normalised_loss_sum.npy, inverse_loss_sum.npy
///                                   float64               EnsembleOutcome
///     loss_decreased.npy            bool
///     weights.npy                   float [..., layers]   final weights, in the sweep's precision; NaN past a chain's
///     marked_step.npy               int64                 where there is a marked loss; -1: never
///     recorded_losses.npy           float64 [..., steps]  where losses are recorded
///     checkpoint                                          how many points are done, while it is not finished, and
///                                                         their CompressionRecord, where the data are compressed
template <class Scalar>
class SweepFiles {
public:
    static constexpr std::uint8_t kNotRun = 255;

    /// Bytes of all arrays together. Throws std::invalid_argument for more than files can have.
    static std::uint64_t total_bytes(const Sweep<Scalar>& sweep);
    /// True when a sweep has been begun in `directory` and is not finished.
    static bool is_unfinished(const std::filesystem::path& directory);

    /// From here on nothing in `directory` is gone on with, also after a loss of power: comes first where a sweep is
    /// replaced. Throws FileError.
    static void remove_checkpoint(const std::filesystem::path& directory);

    /// Makes the arrays in a directory that exists, with all their room on the disk; removes those of an earlier sweep,
    /// which may have others. Throws FileError.
    static SweepFiles create(const std::filesystem::path& directory, const Sweep<Scalar>& sweep);
    /// Goes on where an earlier one was. Throws FileError when the arrays are not those of this sweep.
    static SweepFiles open(const std::filesystem::path& directory, const Sweep<Scalar>& sweep);

    SweepFiles(SweepFiles&&) noexcept;
    SweepFiles& operator=(SweepFiles&&) noexcept;
    ~SweepFiles();

    /// Points [0, points_done()) are in the arrays.
    std::uint64_t points_done() const noexcept;
    /// Of these points, where the data are compressed.
    const std::optional<CompressionRecord>& compression() const noexcept;
    /// Writes the outcome of the points that come next: all of it, or the first `count` of its points.
    void append(const SweepOutcome<Scalar>& outcome);
    void append(const SweepOutcome<Scalar>& outcome, std::size_t count);
    /// From here on the points done so far outlive the process and the power.
    void sync();
    /// All points are done: removes the checkpoint.
    void finish();

    /// The names of the arrays.
    std::vector<std::string> names() const;

private:
    struct State;
    explicit SweepFiles(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace skein

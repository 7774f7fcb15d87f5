// The samples of a SPEC, piece by piece in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/files/sample_reader.hpp"

namespace skein::app {

/// Samples in a piece; the last one may have fewer.
inline constexpr std::size_t kPieceSamples = 65'536;

template <class Scalar>
struct SamplePiece {
    std::uint64_t first = 0;  // index of its first sample
    MiniBatch<Scalar> samples;
    std::vector<Scalar> x = std::vector<Scalar>(kPieceSamples);
    std::vector<Scalar> y = std::vector<Scalar>(kPieceSamples);
    std::vector<Scalar> sample_weight = std::vector<Scalar>(kPieceSamples);

    SampleBuffer<Scalar> buffer() { return {x.data(), y.data(), sample_weight.data()}; }
};

template <class Scalar>
class SampleStream {
public:
    /// Opens the files, or reads the settings, of a SPEC (see kDataSpecHelp). Throws BadInput and FileError.
    SampleStream(const std::string& text, const std::string& where, const CsvFormat& format = {});

    bool is_generated() const noexcept { return generated_.has_value(); }
    /// The files; none if the samples are generated.
    const std::vector<std::filesystem::path>& paths() const noexcept { return paths_; }
    /// "generated", ".csv" of all text, ".npy" or "two .npy".
    std::string kind() const;
    std::size_t num_columns() const noexcept { return is_generated() ? 2 : reader_->num_columns(); }
    /// Nothing for text.
    std::optional<std::uint64_t> num_samples() const noexcept;
    std::optional<ElementType> stored_type() const noexcept;

    /// Takes the next samples, for one piece at a time: files are read here. False at the end of the samples, and once
    /// a signal asks to stop.
    bool next(SamplePiece<Scalar>& piece);
    /// Completes the piece, for several pieces at once: generated samples are made here. Throws BadInput if they
    /// overflow.
    void fill(SamplePiece<Scalar>& piece) const;

    /// Beside next() only.
    std::uint64_t num_taken() const noexcept { return num_taken_; }
    std::optional<double> fraction_taken() const;

private:
    void require_finite(const SamplePiece<Scalar>& piece) const;

    std::string text_;
    std::vector<std::filesystem::path> paths_;
    std::optional<Dataset<Scalar>> generated_;
    std::optional<SampleReader<Scalar>> reader_;
    std::uint64_t num_taken_ = 0;
};

}  // namespace skein::app

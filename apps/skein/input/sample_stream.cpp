#include "input/sample_stream.hpp"

#include <algorithm>
#include <cmath>

#include "cli/output_paths.hpp"
#include "console/exit_codes.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/open_data.hpp"

namespace skein::app {

template <class Scalar>
SampleStream<Scalar>::SampleStream(const std::string& text, const std::string& where, const CsvFormat& format)
    : text_(text) {
    if (parse_generated(text, where)) {
        generated_ = *open_data<Scalar>(text, where).samples();
        return;
    }
    paths_ = split_file_names(text);
    reader_ = paths_.size() == 2 ? SampleReader<Scalar>(paths_[0], paths_[1]) : SampleReader<Scalar>(paths_[0], format);
}

template <class Scalar>
std::string SampleStream<Scalar>::kind() const {
    return is_generated() ? "generated" : is_text_spec(text_) ? ".csv" : paths_.size() == 2 ? "two .npy" : ".npy";
}

template <class Scalar>
std::optional<std::uint64_t> SampleStream<Scalar>::num_samples() const noexcept {
    return is_generated() ? std::optional(generated_->num_samples()) : reader_->num_samples();
}

template <class Scalar>
std::optional<ElementType> SampleStream<Scalar>::stored_type() const noexcept {
    return is_generated() ? std::nullopt : reader_->stored_type();
}

template <class Scalar>
bool SampleStream<Scalar>::next(SamplePiece<Scalar>& piece) {
    if (stop_signal() != 0) {
        return false;
    }
    piece.first = num_taken_;
    if (is_generated()) {
        piece.samples.num_samples =
            static_cast<std::size_t>(std::min<std::uint64_t>(kPieceSamples, generated_->num_samples() - num_taken_));
    } else {
        const SampleBuffer<Scalar> buffer = piece.buffer();
        const std::size_t count = reader_->read(buffer, kPieceSamples);
        piece.samples = {buffer.x, buffer.y, reader_->num_columns() == 3 ? buffer.sample_weight : nullptr, count};
    }
    num_taken_ += piece.samples.num_samples;
    return piece.samples.num_samples > 0;
}

template <class Scalar>
void SampleStream<Scalar>::fill(SamplePiece<Scalar>& piece) const {
    if (is_generated()) {
        piece.samples = generated_->source().range(piece.first, piece.samples.num_samples, piece.buffer());
        require_finite(piece);
    }
}

template <class Scalar>
std::optional<double> SampleStream<Scalar>::fraction_taken() const {
    if (is_generated()) {
        return static_cast<double>(num_taken_) / static_cast<double>(generated_->num_samples());
    }
    return reader_->fraction_read();
}

template <class Scalar>
void SampleStream<Scalar>::require_finite(const SamplePiece<Scalar>& piece) const {
    for (std::size_t index = 0; index < piece.samples.num_samples; ++index) {
        const Scalar x = piece.samples.x[index], y = piece.samples.y[index];
        if (!std::isfinite(x) || !std::isfinite(y)) {
            throw BadInput(text_ + ": sample " + std::to_string(piece.first + index + 1) + " is (" + shortest(x) +
                           ", " + shortest(y) + "): every value must be finite in float" +
                           std::to_string(8 * sizeof(Scalar)));
        }
    }
}

template class SampleStream<float>;
template class SampleStream<double>;

}  // namespace skein::app

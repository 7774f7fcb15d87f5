#include "input/piece_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "console/signals.hpp"

namespace skein::app {

void PieceReader::Part::open(const CsvFormat& format) {
    if (!stream) {
        stream.emplace(spec, spec, format);
    }
}

PieceReader::PieceReader(const std::vector<std::string>& specs, const CsvFormat& format, std::size_t max_samples)
    : format_(format), max_samples_(max_samples) {
    for (const std::string& spec : specs) {
        parts_.push_back({spec, {}});
        std::error_code ignored;
        if (!std::filesystem::is_fifo(spec, ignored)) {
            parts_.back().open(format_);
        }
    }
}

MiniBatch<double> PieceReader::next() {
    drop(num_taken_);
    while (x_.size() < max_samples_ && current_ < parts_.size() && stop_signal() == 0) {
        parts_[current_].open(format_);
        current_ += read_piece() ? 0 : 1;
    }
    num_taken_ = stop_signal() == 0 ? std::min(max_samples_, x_.size()) : 0;
    return {x_.data(), y_.data(), end_of_weighted_ > 0 ? sample_weight_.data() : nullptr, num_taken_};
}

bool PieceReader::read_piece() {
    SampleStream<double>& stream = *parts_[current_].stream;
    if (!stream.next(piece_)) {
        return false;
    }
    stream.fill(piece_);
    const MiniBatch<double>& samples = piece_.samples;
    x_.insert(x_.end(), samples.x, samples.x + samples.num_samples);
    y_.insert(y_.end(), samples.y, samples.y + samples.num_samples);
    if (samples.sample_weight == nullptr) {
        sample_weight_.resize(x_.size(), 1.0);
    } else {
        sample_weight_.insert(sample_weight_.end(), samples.sample_weight, samples.sample_weight + samples.num_samples);
        end_of_weighted_ = x_.size();
    }
    return true;
}

void PieceReader::drop(std::size_t count) {
    for (std::vector<double>* const column : {&x_, &y_, &sample_weight_}) {
        column->erase(column->begin(), column->begin() + static_cast<std::ptrdiff_t>(count));
    }
    end_of_weighted_ -= std::min(end_of_weighted_, count);
}

std::optional<double> PieceReader::fraction_read() const {
    double num_read = static_cast<double>(current_);
    if (current_ < parts_.size() && parts_[current_].stream) {
        const std::optional<double> fraction = parts_[current_].stream->fraction_taken();
        if (!fraction) {
            return std::nullopt;
        }
        num_read += *fraction;
    }
    return num_read / static_cast<double>(parts_.size());
}

}  // namespace skein::app

// The samples of several SPECs, one after the other, in pieces of a size that the reader chooses.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "input/sample_stream.hpp"

namespace skein::app {

class PieceReader {
public:
    /// Opens the files (see SampleStream): but for pipes, in their turn, as their writers may come one after the other.
    PieceReader(const std::vector<std::string>& specs, const CsvFormat& format, std::size_t max_samples);

    /// The next `max_samples`, or what is left; none at the end, and once a signal asks to stop. Valid until the next
    /// call. Sample weights are 1 if there are none.
    MiniBatch<double> next();

    /// Of all, as far as it is known.
    std::optional<double> fraction_read() const;

private:
    struct Part {
        std::string spec;
        std::optional<SampleStream<double>> stream;
        void open(const CsvFormat& format);
    };

    /// Reads one more piece of the current part. False at its end.
    bool read_piece();
    void drop(std::size_t count);

    CsvFormat format_;
    std::size_t max_samples_;
    std::vector<Part> parts_;
    std::size_t current_ = 0;
    SamplePiece<double> piece_;
    std::vector<double> x_, y_, sample_weight_;
    std::size_t end_of_weighted_ = 0;  // samples after it have no weight of their own
    std::size_t num_taken_ = 0;
};

}  // namespace skein::app

// Samples from where a SPEC says into files: what skein data make and skein data convert do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "input/sample_stream.hpp"
#include "skein/configuration.hpp"

namespace skein::app {

struct TransferReport {
    std::string from;  // as it was given
    std::string precision;
    std::vector<std::filesystem::path> files;
    std::uint64_t num_samples = 0;
    std::uint64_t size_bytes = 0;
    double seconds = 0.0;
    int signal = 0;  // that stopped it: nothing is written then
};

/// Writes all samples of `stream` to `files`, with progress; --threads and --quiet are read. Throws BadInput where they
/// have no place: on the disk, or sample weights in two files; Failure where writing fails.
template <class Scalar>
TransferReport transfer(const Configuration& configuration, SampleStream<Scalar>& stream,
                        const std::vector<std::filesystem::path>& files);

/// Prints the report, as --json says. Returns the exit code.
int finish_transfer(const Configuration& configuration, const TransferReport& report);

}  // namespace skein::app

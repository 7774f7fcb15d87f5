// Writes the samples of a SPEC to files: the work of skein data make and skein data convert.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "input/sample_stream.hpp"
#include "skein/configuration.hpp"

namespace skein::app {

struct TransferReport {
    std::string from;  // the SPEC
    std::string precision;
    std::vector<std::filesystem::path> files;
    std::uint64_t num_samples = 0;
    std::uint64_t size_bytes = 0;
    double seconds = 0.0;
    int signal = 0;  // that stopped it, or 0; a stopped transfer leaves no files
    std::uint64_t num_skipped_rows = 0;
};

/// Writes all samples of `stream` to `files` and shows progress; reads --threads and --quiet. Throws BadInput if the
/// disk is too small, or two files cannot hold sample weights; Failure if writing fails.
template <class Scalar>
TransferReport transfer(const Configuration& configuration, SampleStream<Scalar>& stream,
                        const std::vector<std::filesystem::path>& files);

/// Prints the report, as text or JSON. Returns the exit code.
int finish_transfer(const Configuration& configuration, const TransferReport& report);

}  // namespace skein::app

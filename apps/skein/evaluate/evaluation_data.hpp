// The data that a stored chain is judged by: any, or rows of those that it was trained on.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "skein/configuration.hpp"
#include "skein/training_data.hpp"

namespace skein::app {

/// --rows of skein evaluate.
enum class Rows : std::uint8_t { all, training, validation };
inline constexpr std::array<std::string_view, 3> kRowsNames{"all", "training", "validation"};

template <class Scalar>
struct EvaluationData {
    TrainingData<Scalar> data;
    std::string spec;  // as people read it
    std::uint64_t num_skipped_rows = 0;
};

/// Opens --data, or the data of the run that --chain belongs to; of these the --rows. Training and validation rows are
/// those that the run told apart: by its --validation, a fraction and the seed, or other data. Throws
/// std::invalid_argument and FileError for what is wrong with them.
template <class Scalar>
EvaluationData<Scalar> open_evaluation_data(const Configuration& configuration);

}  // namespace skein::app

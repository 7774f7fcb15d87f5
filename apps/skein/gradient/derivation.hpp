// The derivation of the gradient on one sample by back-propagation, with every number.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "console/document.hpp"
#include "console/json.hpp"
#include "gradient/finite_difference.hpp"
#include "skein/back_propagation.hpp"
#include "skein/chain.hpp"
#include "skein/execution.hpp"
#include "skein/training_data.hpp"

namespace skein::app {

/// The weights after one step of plain SGD, and their loss.
template <class Scalar>
struct NextStep {
    double learning_rate;
    std::string obstacle;  // why train() does not take the step, or empty
    std::vector<Scalar> weights;
    double loss;
};

template <class Scalar>
struct Derivation {
    Chain<Scalar> chain;
    Scalar x;
    Scalar y;
    BackPropagation<Scalar> values;
    std::vector<Scalar> unrolled_factors;
    Scalar unrolled_product;
    std::vector<FiniteDifference> finite_differences;
    NextStep<Scalar> next;
    std::vector<Words> remarks;  // on what is not finite, saturated units, kinks, vanishing and exploding gradients
};

template <class Scalar>
Derivation<Scalar> derive(const Chain<Scalar>& chain, Scalar x, Scalar y, double learning_rate);

/// A remark on the first dloss/dw_i that is infinite or NaN, or none.
template <class Scalar>
Words not_finite_remark(const std::vector<Scalar>& weight_gradients);

/// "Note: ...": a remark as it stands in a document.
Paragraph note(const Words& remark);

/// The step that train() takes on all of `data` as one batch, if its gradient is `weight_gradients`.
template <class Scalar>
NextStep<Scalar> take_step(const Chain<Scalar>& chain, const std::vector<Scalar>& weight_gradients,
                           const std::type_identity_t<TrainingData<Scalar>>& data, double learning_rate,
                           const Execution& execution = {});

template <class Scalar>
Document derivation_document(const Derivation<Scalar>& derivation);
template <class Scalar>
Json derivation_json(const Derivation<Scalar>& derivation);
/// The step as both kinds of gradient print it: learning rate, weights and loss after it; nulls if none can be taken.
template <class Scalar>
Json step_json(const NextStep<Scalar>& next);

}  // namespace skein::app

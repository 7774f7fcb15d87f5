// Contestants of one precision behind a pipe: a line of JSON in, a line of JSON out, until the input ends.
//     {"command": "describe"}                                      -> compiler, versions
//     {"command": "prepare", "task", "kind", "contestant",
//      "data", "batch_size", "learning_rate", "lanes", "steps",
//      "checked_steps", "order_file"}                              -> {"values": [...]} of the first call
//     {"command": "time", "task", "contestant", "seconds"}         -> {"calls", "seconds"}
//     {"command": "ceiling", "seconds"}                            -> {"sample_layers_per_second"}
// or {"error": "..."}.
#include <array>
#include <exception>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "../ceiling.hpp"
#include "skein/files/npy.hpp"
#include "skein/instruction_set.hpp"
#include "skein/version.hpp"
#include "work.hpp"

namespace skein::comparison {
namespace {

using Json = nlohmann::json;

/// The one list of contestants and what they can do.
struct Entry {
    std::string_view contestant, kind;
    MakeWork make;
};
constexpr std::array kEntries{
    Entry{"skein", "batch_gradient", make_skein_gradient},
    Entry{"skein", "training_step", make_skein_step},
    Entry{"skein_at_hand", "training_step", make_skein_step_at_hand},
    Entry{"skein", "mini_batches", make_skein_epochs},
    Entry{"skein", "ensemble", make_skein_ensemble},
    Entry{"eigen", "batch_gradient", make_eigen_gradient},
    Entry{"eigen", "training_step", make_eigen_step},
    Entry{"loop", "batch_gradient", make_loop_gradient},
    Entry{"loop", "training_step", make_loop_step},
    Entry{"fann", "batch_gradient", make_fann_gradient},
    Entry{"fann", "training_step", make_fann_step},
    Entry{"fann_incremental", "mini_batches", make_fann_incremental},
};

MakeWork find(const std::string& contestant, const std::string& kind) {
    for (const Entry& entry : kEntries) {
        if (entry.contestant == contestant && entry.kind == kind) {
            return entry.make;
        }
    }
    throw std::runtime_error("no contestant '" + contestant + "' for '" + kind + "'");
}

/// From <data>-{weights,x,y}.npy.
Problem read_problem(const Json& request) {
    const std::string data = request.at("data");
    return {read_npy<Scalar>(data + "-weights.npy").values,
            read_npy<Scalar>(data + "-x.npy").values,
            read_npy<Scalar>(data + "-y.npy").values,
            request.at("batch_size"),
            request.at("learning_rate"),
            request.at("lanes"),
            request.at("steps"),
            request.at("checked_steps"),
            request.at("order_file")};
}

Json measure_ceiling(double seconds) {
    double work = 0.0, elapsed = 0.0;
    while (elapsed < seconds) {
        // About a millisecond, so that starting the loop does not count.
        elapsed += benchmarks::seconds_of([&] { work += benchmarks::run_ceiling_loop<Scalar>(30000, 1); });
    }
    return {{"sample_layers_per_second", work / elapsed}};
}

class Contestants {
public:
    Json answer(const Json& request) {
        const std::string command = request.at("command");
        if (command == "describe") {
            return {{"skein", std::string(version()) + " (" + std::string(instruction_set()) + ")"},
                    {"Eigen", eigen_version()},
                    {"FANN", SKEIN_COMPARISON_FANN_VERSION},
                    {"compiler", SKEIN_COMPARISON_COMPILER}};
        }
        if (command == "ceiling") {
            return measure_ceiling(request.at("seconds"));
        }
        const std::pair<std::string, std::string> key(request.at("task"), request.at("contestant"));
        if (command == "prepare") {
            std::unique_ptr<Work>& work = works_[key];
            work = find(key.second, request.at("kind"))(read_problem(request));
            work->first_call();
            return {{"values", work->result()}};
        }
        const Timing timing = works_.at(key)->call_for(request.at("seconds"));
        return {{"calls", timing.calls}, {"seconds", timing.seconds}};
    }

private:
    std::map<std::pair<std::string, std::string>, std::unique_ptr<Work>> works_;
};

void serve() {
    Contestants contestants;
    std::string line;
    while (std::getline(std::cin, line)) {
        Json reply;
        try {
            reply = contestants.answer(Json::parse(line));
        } catch (const std::exception& error) {
            reply = {{"error", error.what()}};
        }
        std::cout << reply.dump() << std::endl;
    }
}

}  // namespace
}  // namespace skein::comparison

int main() { skein::comparison::serve(); }

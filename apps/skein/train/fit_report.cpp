#include "train/fit_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "console/numbers.hpp"

namespace skein::app {
namespace {

/// Where R^2 is near 1, its distance from 1 is what tells fits apart.
std::string r2_in_words(double r2) {
    return r2 > 0.9999 && r2 < 1.0 ? fmt::format("1 - {}", rounded(1.0 - r2, 2)) : rounded(r2, 4);
}

}  // namespace

void add_fit_rows(SummaryTable& table, const Fit& fit, std::uint64_t steps) {
    if (fit.training && !std::isnan(fit.r2())) {
        table.add("R^2",
                  fmt::format("{} (the mean of y has the loss {}, the best line through 0 {})", r2_in_words(fit.r2()),
                              rounded(fit.training->constant_loss(), 4), rounded(fit.training->line_loss(), 4)));
    }
    if (fit.validation && !std::isnan(fit.validation_r2())) {
        table.add("validation R^2", r2_in_words(fit.validation_r2()));
    }
    if (fit.best && fit.best->step != steps) {
        table.add("best loss", fmt::format("{} after step {} ({})", rounded(fit.best->loss), grouped(fit.best->step),
                                           fit.validation ? "validation" : "mean of the epoch"));
    }
}

void add_fit(Json& json, const Fit& fit) {
    json["start_loss"] = fit.start_loss;
    json["baseline_loss"] = fit.training ? Json(fit.training->constant_loss()) : Json();
    json["line_loss"] = fit.training ? Json(fit.training->line_loss()) : Json();
    json["r2"] = fit.r2();
    json["validation_r2"] = fit.validation_r2();
    json["best_loss"] = fit.best ? Json(fit.best->loss) : Json();
    json["best_step"] = fit.best ? Json(fit.best->step) : Json();
    json["weighted"] = fit.training ? Json(fit.training->is_weighted) : Json();
}

Json findings_json(const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) {
        list.push_back(Json{{"name", finding.name}, {"text", finding.text}});
    }
    return list;
}

}  // namespace skein::app

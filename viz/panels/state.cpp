#include "viz/panels/state.hpp"

namespace kafkasim::viz {

PanelState& state_of(App& app) {
  // What belongs to a run goes when another is opened.
  if (!app.panels || app.panels->of != &app.tape()) {
    app.panels = std::make_shared<PanelState>();
    app.panels->of = &app.tape();
  }
  return *app.panels;
}

}  // namespace kafkasim::viz

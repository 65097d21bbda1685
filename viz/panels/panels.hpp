#pragma once
// The panels: each draws one subject into its area. A file each, of the same name.
#include "viz/app/app.hpp"

namespace kafkasim::viz {

void draw_toolbar(Ui& ui, App& app, const Area& area);     // scenario, transport, speed, branches, invariant lamp, help
void draw_tape(Ui& ui, App& app, const Area& area);        // scrub bar with epochs, elections, faults and findings
void draw_topology(Ui& ui, App& app, const Area& area);
void draw_strips(Ui& ui, App& app, const Area& area);      // a log a replica
void draw_groups(Ui& ui, App& app, const Area& area);      // groups against partitions
void draw_space_time(Ui& ui, App& app, const Area& area);
void draw_plots(Ui& ui, App& app, const Area& area);
void draw_events(Ui& ui, App& app, const Area& area);
void draw_inspector(Ui& ui, App& app, const Area& area);   // of what is chosen
void draw_lesson(Ui& ui, App& app, const Area& area);
void draw_compare(Ui& ui, App& app, const Area& area);     // two branches side by side

void draw_browser(Ui& ui, App& app, const Area& window);   // popups
void draw_help(Ui& ui, App& app, const Area& window);
void draw_palette(Ui& ui, App& app, const Area& window);
void draw_save(Ui& ui, App& app, const Area& window);

// The menu of what can be done to a thing, within an ImGui popup; each item sends an ActBy.
void act_menu(Ui& ui, App& app, const Chosen& thing);

}  // namespace kafkasim::viz

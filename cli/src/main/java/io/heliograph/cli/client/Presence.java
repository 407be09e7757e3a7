package io.heliograph.cli.client;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.Payload;
import java.util.Map;

/** Changes of the members of a channel, as a hub reports them. */
final class Presence {

    private Presence() {}

    /** Returns the event of a change, an object with the channel and the members that have joined or left. */
    static Event event(Payload change) {
        Event event = Event.of("presence");
        String json = Json.oneLine(Json.of(change));
        if (change.value() instanceof Map<?, ?>) {
            Json.members(json).forEach(event::json);
        } else {
            event.json("data", json);
        }
        return event;
    }
}

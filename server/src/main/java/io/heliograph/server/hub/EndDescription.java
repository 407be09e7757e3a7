package io.heliograph.server.hub;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;

/** Describes why a connection has ended, in the events of the hub. */
final class EndDescription {

    private EndDescription() {}

    static String of(CloseReason reason) {
        return switch (reason) {
            case CloseReason.Local() -> "closed by the server";
            case CloseReason.Remote(int code, String text) ->
                "closed by the client" + (code == 0 ? "" : ": " + code) + (text.isEmpty() ? "" : " " + text);
            case CloseReason.Failed(HeliographException cause) -> String.valueOf(cause.getMessage());
        };
    }
}

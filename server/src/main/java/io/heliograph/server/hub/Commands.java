package io.heliograph.server.hub;

import io.heliograph.exchange.control.Command;
import io.heliograph.server.Principal;

/** Executes the commands of all nodes on the connections of this one. Thread-safe. */
final class Commands {

    private final HubCore core;

    Commands(HubCore core) {
        this.core = core;
    }

    void execute(Command command) {
        if (command instanceof Command.Revoke revoke) {
            core.revocations().add(revoke);
        }
        for (HubConnection each : core.connections()) {
            switch (command) {
                case Command.KickOut kickOut -> {
                    if (isTarget(each, kickOut.target())) {
                        each.kickOut(kickOut.channel(), kickOut.message() == null ? "" : kickOut.message());
                    }
                }
                case Command.Disconnect disconnect -> {
                    if (isTarget(each, disconnect.target())) {
                        each.close(disconnect.reason());
                    }
                }
                case Command.Revoke revoke -> {
                    if (Revocations.applies(revoke, each.principal())) {
                        each.deauthenticate();
                    }
                }
            }
        }
    }

    private static boolean isTarget(HubConnection connection, Command.Target target) {
        Principal principal = connection.principal();
        return switch (target) {
            case Command.Target.User user ->
                principal.isAuthenticated() && principal.name().equals(user.name());
            case Command.Target.Connection one -> connection.id().equals(one.id());
            case Command.Target.Token token ->
                principal.tokenId().filter(token.id()::equals).isPresent();
        };
    }
}

package io.heliograph.cli.realtime;

import io.heliograph.server.Authority;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;

/**
 * Permissions of {@code helio serve}: everybody may do everything but manage the hub; where clients of other machines authenticate,
 * anonymous clients neither publish nor see who is present.
 *
 * @param loginToPublish whether only authenticated clients publish
 */
record ServePermissions(boolean loginToPublish) implements Authority {

    @Override
    public Permission may(Principal who, HubAction action, String name) {
        if (who.local() || who.source() == Principal.Source.PROGRAM) {
            return Permission.allow();
        }
        return switch (action) {
            case CONNECT, SUBSCRIBE, HISTORY, CALL -> Permission.allow();
            case PUBLISH ->
                who.isAuthenticated() || !loginToPublish
                        ? Permission.allow()
                        : Permission.deny("log in before you publish");
            case PRESENCE ->
                who.isAuthenticated() || !loginToPublish ? Permission.allow() : Permission.deny("log in first");
            case VIEW, MANAGE -> Permission.deny();
        };
    }
}

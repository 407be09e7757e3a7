package io.heliograph.server;

/**
 * Permissions of a hub: decides about each action of each connection, whatever its protocol.
 *
 * <p>Called on the event loop of the connection and must not block: a decision that takes time is {@linkplain Permission.Deferred deferred}. An
 * exception denies the action and is reported to {@link Hub#onError}.
 */
@FunctionalInterface
public interface Authority {

    /**
     * Decides about an action.
     *
     * @param who principal of the connection
     * @param name name of the channel or procedure; for {@link HubAction#CONNECT} the URL of the listener
     */
    Permission may(Principal who, HubAction action, String name);
}

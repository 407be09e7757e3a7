package io.heliograph.channel;

/** By what kind of socket the host is reached. Members find a host of either kind. */
public enum Rendezvous {

    /** {@link #UNIX} where the system has it, else {@link #LOOPBACK}. */
    AUTOMATIC,

    /** A Unix domain socket in the channel's directory. */
    UNIX,

    /**
     * A TCP port of the loopback interface. Its number is in a file in the channel's directory, with a secret of 32 bytes that
     * a member must show.
     */
    LOOPBACK
}

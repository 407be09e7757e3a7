package io.heliograph.channel;

/** Kind of socket on which a host listens. Members find hosts of both kinds. */
public enum Rendezvous {

    /** {@link #UNIX} if the system supports it, else {@link #LOOPBACK}. */
    AUTOMATIC,

    /** A Unix domain socket in the directory of the channel. */
    UNIX,

    /**
     * A TCP port of the loopback interface. A file in the directory of the channel holds the port and a secret of 32 bytes that a
     * member must present.
     */
    LOOPBACK
}

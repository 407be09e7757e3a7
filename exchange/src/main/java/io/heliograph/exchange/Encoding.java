package io.heliograph.exchange;

import io.heliograph.frame.Frame;

/**
 * A wire format of publications, as one constant object: {@link Publication#encoded} remembers what it has made by identity.
 */
@FunctionalInterface
public interface Encoding {

    /**
     * The bytes of a publication that all its subscribers of this format share.
     *
     * <p>Called once for each publication, by the first subscriber that asks, while others that ask wait; so it must not wait
     * for anything itself.
     */
    Frame encode(Publication publication);
}

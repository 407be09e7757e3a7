package io.heliograph.exchange;

import io.heliograph.frame.Frame;

/** Wire format of publications. Must be a constant object, because {@link Publication#encoded} caches by identity. */
@FunctionalInterface
public interface Encoding {

    /**
     * Encodes a publication into the bytes that all its subscribers of this format share.
     *
     * <p>Called once per publication, by its first subscriber, while concurrent callers wait. Must not block.
     */
    Frame encode(Publication publication);
}

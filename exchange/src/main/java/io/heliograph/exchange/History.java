package io.heliograph.exchange;

import java.util.List;

/**
 * History of a channel.
 *
 * @param publications retained publications after the requested position, oldest first, without a gap
 * @param head the position of the latest publication
 * @param complete whether {@code publications} contains every publication since the requested position
 */
public record History(List<Publication> publications, Position head, boolean complete) {

    public History {
        publications = List.copyOf(publications);
    }
}

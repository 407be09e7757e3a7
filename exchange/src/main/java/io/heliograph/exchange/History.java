package io.heliograph.exchange;

import java.util.List;

/**
 * History of a channel.
 *
 * @param publications retained publications after the requested position, oldest first, without a gap
 * @param head position of the last of the publications; without publications, of the latest publication of the channel
 * @param complete whether {@code publications} contains every publication between the requested position and {@code head}
 */
public record History(List<Publication> publications, Position head, boolean complete) {

    public History {
        publications = List.copyOf(publications);
    }
}

using System.Globalization;

namespace CeleryNet.Transports.Memory;

/// <summary>The dead letters of the broker inside the process, by the numbers of their messages.</summary>
internal sealed class MemoryDeadLetterStore(MemoryBroker broker) : IDeadLetterStore
{
    public ValueTask<long> CountAsync(string queue, StepDeadline step) => new(broker.Peek(broker.DeadLetterQueueOf(queue)).Count);

    public ValueTask<IReadOnlyList<DeadLetter>> ListAsync(string queue, int limit, StepDeadline step)
        => new([.. broker.Peek(broker.DeadLetterQueueOf(queue)).Take(limit).Select(message => Describe(queue, message))]);

    public ValueTask<int> TakeAsync(DeadLetterRequest request, StepDeadline step)
    {
        // A user's code chooses: it runs on a copy, outside the broker's lock.
        var taken = 0;
        foreach (var message in broker.Peek(broker.DeadLetterQueueOf(request.Queue)))
        {
            if (taken == request.AtMost)
            {
                break;
            }

            step.Token.ThrowIfCancellationRequested();
            if (request.IsWanted(Describe(request.Queue, message)) && broker.TakeDeadLetter(message, request))
            {
                taken++;
            }
        }

        return new(taken);
    }

    private static DeadLetter Describe(string queue, MemoryMessage message)
        => DeadLetterFactory.OfEnvelope(message.Number.ToString(CultureInfo.InvariantCulture), queue, message.Envelope);
}

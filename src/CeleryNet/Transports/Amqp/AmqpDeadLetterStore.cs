using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// The dead letters of a queue: the messages of another one. AMQP can only show a message by giving it out, so each work takes them one by one, without
/// acknowledging, on a channel of its own, and closes it at the end: what is not acknowledged by then takes its old place again.
/// </summary>
/// <remarks>What one work holds another does not see. Those of this process take turns.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is not used holds nothing to be disposed.")]
internal sealed class AmqpDeadLetterStore(AmqpConnection connection, AmqpPublisher publisher, string suffix) : IDeadLetterStore
{
    // A quorum queue counts what is given back, and by its delivery limit (20 in RabbitMQ 4) throws the message away. Far enough below that such a
    // message is published anew, which begins its count anew too.
    private const long MostReturns = 8;

    private readonly SemaphoreSlim _turn = new(1, 1);

    public ValueTask<long> CountAsync(string queue, StepDeadline step) => OnChannelAsync(
        queue,
        async channel =>
        {
            var answer = await channel.QueueDeclarePassiveAsync(queue + suffix, step.Token).WaitAsync(step.Token).ConfigureAwait(false);
            return (long)answer.MessageCount;
        },
        step);

    public async ValueTask<IReadOnlyList<DeadLetter>> ListAsync(string queue, int limit, StepDeadline step)
    {
        var letters = await OnChannelAsync(
            queue,
            async channel =>
            {
                var read = new List<DeadLetter>();
                for (var left = limit; left > 0 && await GetAsync(channel, queue, step).ConfigureAwait(false) is { } letter; left--)
                {
                    read.Add(letter.Description);
                    left = (int)Math.Min(left, letter.Behind + 1);
                    await RenewAsync(channel, queue, letter, step).ConfigureAwait(false);
                }

                return read;
            },
            step).ConfigureAwait(false);
        return letters ?? [];
    }

    public ValueTask<int> TakeAsync(DeadLetterRequest request, StepDeadline step) => OnChannelAsync(
        request.Queue,
        async channel =>
        {
            var taken = 0;
            var left = long.MaxValue;
            while (taken < request.AtMost && left > 0 && await GetAsync(channel, request.Queue, step).ConfigureAwait(false) is { } letter)
            {
                // What comes meanwhile may be what was replayed just now.
                left = Math.Min(left - 1, letter.Behind);
                if (request.IsWanted(letter.Description))
                {
                    await TakeAsync(channel, letter, request, step).ConfigureAwait(false);
                    taken++;
                }
                else
                {
                    await RenewAsync(channel, request.Queue, letter, step).ConfigureAwait(false);
                }
            }

            return taken;
        },
        step);

    private async Task TakeAsync(IChannel channel, Letter letter, DeadLetterRequest request, StepDeadline step)
    {
        if (request.Replay)
        {
            await ReplayAsync(letter, request, step).ConfigureAwait(false);
            step.Restart();
        }

        await channel.BasicAckAsync(letter.Tag, multiple: false, step.Token).ConfigureAwait(false);
    }

    // A queue that is there may have been declared by others in a way that we do not know: it is declared only when it is not there.
    private async Task ReplayAsync(Letter letter, DeadLetterRequest request, StepDeadline step)
    {
        var properties = AmqpDeadLetters.OfOriginal(letter.Properties);
        var destination = new Destination("", request.Queue);
        try
        {
            await publisher.PublishAsync(properties, letter.Description.Body, destination, step.Token).ConfigureAwait(false);
        }
        catch (PublishException error) when (error.InnerException is PublishReturnedException && request.Declare is not null)
        {
            publisher.ForgetDeclared(request.Queue);
            await publisher.PublishAsync(properties, letter.Description.Body, destination with { Declare = request.Declare }, step.Token).ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(IChannel channel, string queue, Letter letter, StepDeadline step)
    {
        if (letter.Properties.Headers?.TryGetValue(DeadLetterHeaders.DeliveryCount, out var count) != true
            || AmqpHeaderValue.Read(count) is not long returns
            || returns < MostReturns)
        {
            return;
        }

        var properties = AmqpDeadLetters.OfLetter(letter.Properties);
        try
        {
            await publisher.PublishAsync(properties, letter.Description.Body, new Destination("", queue + suffix), step.Token).ConfigureAwait(false);
        }
        catch (PublishException error)
        {
            throw new BrokerUnavailableException($"A dead letter of queue '{queue}' could not be written anew: {error.Message}", error);
        }

        step.Restart();
        await channel.BasicAckAsync(letter.Tag, multiple: false, step.Token).ConfigureAwait(false);
    }

    private async Task<Letter?> GetAsync(IChannel channel, string queue, StepDeadline step)
    {
        var got = await channel.BasicGetAsync(queue + suffix, autoAck: false, step.Token).WaitAsync(step.Token).ConfigureAwait(false);
        step.Restart();
        if (got is null)
        {
            return null;
        }

        var envelope = AmqpProperties.Read(got.BasicProperties, got.Body.ToArray());
        var description = DeadLetterFactory.OfEnvelope(Digest(envelope), queue, envelope);
        return new Letter(got.DeliveryTag, got.MessageCount, got.BasicProperties, description);
    }

    /// <returns>The default when there is no queue of dead letters.</returns>
    private async ValueTask<T?> OnChannelAsync<T>(string queue, Func<IChannel, Task<T>> work, StepDeadline step)
    {
        await _turn.WaitAsync(step.Token).ConfigureAwait(false);
        try
        {
            step.Restart();
            var link = await connection.GetAsync(step.Token).ConfigureAwait(false);
            var channel = await link.CreateChannelAsync(null, step.Token).ConfigureAwait(false);
            await using (channel.ConfigureAwait(false))
            {
                var result = await work(channel).ConfigureAwait(false);

                // Its answer says that the broker has dealt with all the acknowledgements.
                await channel.CloseAsync(step.Token).WaitAsync(step.Token).ConfigureAwait(false);
                return result;
            }
        }
        catch (Exception error) when (AmqpErrors.RefusalIn(error) is { Code: AmqpErrors.NotFound })
        {
            return default;
        }
        catch (Exception error) when (AmqpErrors.IsTrouble(error) && !(error is OperationCanceledException && step.Token.IsCancellationRequested))
        {
            throw new BrokerUnavailableException($"The dead letters of queue '{queue}' could not be worked on: {AmqpErrors.Describe(error)}", error);
        }
        finally
        {
            _turn.Release();
        }
    }

    // AMQP does not number messages for good: a dead letter is named by all that it holds.
    private static string Digest(Envelope envelope)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartArray();
            foreach (var (name, value) in envelope.Headers)
            {
                if (!DeadLetterHeaders.IsCounter(name))
                {
                    HeaderJson.Write(writer, name);
                    HeaderJson.Write(writer, value);
                }
            }

            HeaderJson.Write(writer, envelope.ContentType);
            HeaderJson.Write(writer, envelope.ContentEncoding);
            HeaderJson.Write(writer, envelope.CorrelationId);
            HeaderJson.Write(writer, envelope.ReplyTo);
            writer.WriteEndArray();
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(text.WrittenSpan);
        digest.AppendData(envelope.Body.Span);
        return Convert.ToHexStringLower(digest.GetHashAndReset().AsSpan(0, 16));
    }

    /// <param name="Tag">Stands for it on the channel.</param>
    /// <param name="Behind">How many wait behind it.</param>
    /// <param name="Properties">As they came.</param>
    /// <param name="Description">What a user sees of it.</param>
    private sealed record Letter(ulong Tag, uint Behind, IReadOnlyBasicProperties Properties, DeadLetter Description);
}

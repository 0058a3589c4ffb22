using Microsoft.Extensions.Options;

namespace CeleryNet.Security;

/// <summary>
/// Checks that signing and verifying go together, since nothing is won by the one without the other. celery/security/__init__.py setup_security
/// </summary>
/// <remarks>
/// Celery wants both in every process. Here a process that does not sign yet may accept signed and unsigned messages, so that a deployment can change over one
/// process after the other.
/// </remarks>
internal sealed class SignedContentValidator : IValidateOptions<CeleryOptions>
{
    public ValidateOptionsResult Validate(string? name, CeleryOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        var accepted = string.Join(", ", options.AcceptContent.Select(each => $"'{each}'"));
        if (!IsAuth(options.TaskSerializer))
        {
            if (!options.AcceptContent.Any(IsAuth))
            {
                result.AddError(
                    $"is '{options.TaskSerializer}' and AcceptContent is {accepted}, so that AddSecurity() has nothing signed and nothing verified; both must be 'auth'",
                    nameof(options.TaskSerializer));
            }
        }
        else if (!options.AcceptContent.All(IsAuth))
        {
            result.AddError(
                $"must be 'auth' alone where TaskSerializer is 'auth', was {accepted}: signing is in vain while unsigned messages are read too. "
                    + "Results of ResultSerializer are read all the same; others are the matter of ResultAcceptContent",
                nameof(options.AcceptContent));
        }

        return result.Build();
    }

    private static bool IsAuth(string serializer) => serializer is AuthSerializer.SerializerName or AuthSerializer.MimeType;
}

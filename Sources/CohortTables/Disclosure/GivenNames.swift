/// Given names that are common in several languages, lower case and without accents.
///
/// They do not find every name: they tell a list of people from a list of places or drugs.
enum GivenNames {
  static func contains(_ word: String) -> Bool { common.contains(word) }

  private static let common = Set(
    (english + germanic + romance + nordic + others).split(separator: " ").map(String.init))

  private static let english = """
    james robert john michael david william richard joseph thomas charles christopher daniel matthew \
    anthony mark donald steven andrew paul joshua kenneth kevin brian george timothy ronald edward jason jeffrey \
    ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander \
    patrick frank raymond jack dennis jerry tyler aaron henry douglas peter adam nathan zachary walter kyle harold \
    carl jeremy gerald keith roger arthur terry lawrence sean christian ethan austin joe oliver harry simon \
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret \
    ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia \
    dorothy amy kathleen angela shirley emma brenda pamela nicole anna samantha katherine christine helen debra \
    rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth virginia lauren kelly \
    christina joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria sara janice \
    ann abigail alice julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana \
    natalie brittany charlotte rose alexis kayla jane fiona claire lucy chloe sophie jean anne
    """ + " "
  private static let germanic = """
    hans klaus juergen wolfgang uwe bernd dieter horst manfred heinz gerhard helmut stefan andreas \
    sabine ursula monika petra renate ingrid helga brigitte gisela heike birgit ulrike katrin anke lukas leon \
    johannes willem pieter jan henk kees cornelis gerrit marieke sanne annelies wouter joost maarten
    """ + " "
  private static let romance = """
    jose juan carlos luis manuel francisco javier miguel pedro alejandro fernando rafael antonio \
    carmen ana isabel pilar lucia elena rosa marta paula jean pierre michel jacques philippe alain bernard \
    francois nicolas julien camille sylvie nathalie isabelle monique giovanni giuseppe francesco marco luca \
    paolo andrea giulia chiara francesca joao paulo tiago mariana beatriz ines
    """ + " "
  private static let nordic = """
    lars soren jens niels henrik anders mette kirsten hanne inge erik karin kristina eva bjorn ole \
    kari liv astrid sigrid gunnar sven nils karl juha timo matti mikko jukka tuula anneli ritva liisa pekka
    """ + " "
  private static let others = """
    mohammed muhammad mohamed ahmed ali hassan hussein ibrahim fatima aisha zainab omar yusuf \
    priya rahul amit sunita anil raj sanjay wei li ming hiroshi yuki kenji ivan olga natalia sergei dmitri \
    aleksandr anastasia piotr krzysztof andrzej agnieszka katarzyna malgorzata pavel jana mehmet ayse mustafa
    """
}
